import type { z } from 'zod';
import { ExportError } from '../errors/export-error.js';
import type { Job } from './job.js';
import { isShowable } from './mistakes/mistake.js';
import { suggestion } from './mistakes/suggestion.js';
import {
  AFTER_UNTIL,
  isInOrder,
  monthOf,
  sinceSetting,
  untilSetting,
  type WindowSettings,
  YESTERDAY,
} from './settings/window.js';

/** What the command line says instead of the file. Lists narrow; an empty list says nothing. */
export interface Overrides {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** `this`, `last` or `YYYY-MM`, in place of the two. */
  readonly month?: string | undefined;
  /** In place of the two, too. */
  readonly yesterday?: boolean | undefined;
  /** True where days that are not given are all that there may be, whatever the file says. Default false. */
  readonly allDays?: boolean | undefined;
  /** Names of the streams to keep. */
  readonly streams?: readonly string[] | undefined;
  /** Names of the sinks to keep. */
  readonly sinks?: readonly string[] | undefined;
  /** Ids or names of projects, instead of those in the file. */
  readonly projects?: readonly string[] | undefined;
}

/**
 * The job as the command line wants it. Sinks that are left without a stream are left out. All mistakes
 * come together in one {@link ExportError} with the code `USAGE`, one a line, each by its option.
 */
export function overrideJob(job: Job, overrides: Overrides): Job {
  const mistakes: string[] = [];
  const window = overriddenWindow(job, overrides, mistakes);
  const streams = named(overrides.streams, job.streams, '--stream', mistakes, (name) => {
    const line = job.source.lineFor(name, job.streams);
    return line === undefined ? undefined : ` to have it, write \`${line}\` under \`streams\` in the file`;
  });
  const wantedSinks = named(overrides.sinks, job.sinks, '--sink', mistakes);
  const sinks = wantedSinks
    .map((sink) => ({ ...sink, streams: sink.streams.filter((selected) => streams.includes(selected)) }))
    .filter((sink) => sink.streams.length > 0);
  if (mistakes.length === 0 && sinks.length === 0)
    mistakes.push('--stream: no sink takes any of these streams');
  if (overrides.projects?.includes('')) mistakes.push('--project: must not be empty');
  if (mistakes.length > 0) {
    throw new ExportError('USAGE', mistakes.join('\n'), {
      kind: 'config',
      hint: 'Correct the options; `deepgram-export sync --help` lists them.',
    });
  }
  const projects = overrides.projects?.length ? overrides.projects : job.source.projects;
  return { ...job, source: { ...job.source, projects }, window, streams, sinks };
}

function overriddenWindow(
  { window: ofFile, source: { limits } }: Job,
  { since, until, month, yesterday = false, allDays = false }: Overrides,
  mistakes: string[],
): WindowSettings {
  const ways = [
    ...(month === undefined ? [] : ['--month']),
    ...(yesterday ? ['--yesterday'] : []),
    ...(since === undefined ? [] : ['--since']),
    ...(until === undefined ? [] : ['--until']),
  ];
  const [way, other] = ways;
  if (other !== undefined && way !== '--since') {
    mistakes.push(`${way} and ${other} both say which days: give one of them`);
    return ofFile;
  }
  if (month !== undefined) {
    const days = monthOf(month, limits.firstDay);
    if (typeof days === 'string') mistakes.push(`--month: ${days}`);
    else return { ...ofFile, ...days, isByHand: true };
  }
  if (yesterday) return { ...ofFile, ...YESTERDAY, isByHand: true };
  const all = { since: { kind: 'day', day: limits.firstDay }, until: { kind: 'now' } } as const;
  const asked: WindowSettings = allDays ? { ...ofFile, ...all } : ofFile;
  const first =
    since === undefined ? asked.since : parsed(sinceSetting(limits.firstDay), since, '--since', mistakes);
  const last = until === undefined ? asked.until : parsed(untilSetting, until, '--until', mistakes);
  if (first === undefined || last === undefined) return asked;
  const window = { ...asked, since: first, until: last, ...(way === undefined ? {} : { isByHand: true }) };
  if (!isInOrder(window)) {
    mistakes.push(
      since === undefined ? '--until: must not be before since in the file' : `--since: ${AFTER_UNTIL}`,
    );
  }
  return window;
}

function parsed<T>(setting: z.ZodType<T>, value: string, option: string, mistakes: string[]): T | undefined {
  const result = setting.safeParse(value);
  if (!result.success) mistakes.push(`${option}: ${result.error.issues[0]?.message}`);
  return result.data;
}

function named<T extends { readonly name: string }>(
  names: readonly string[] | undefined,
  all: readonly T[],
  option: string,
  mistakes: string[],
  howToAdd: (name: string) => string | undefined = () => undefined,
): readonly T[] {
  if (names === undefined || names.length === 0) return all;
  const known = all.map(({ name }) => name);
  for (const name of new Set(names)) {
    if (known.includes(name)) continue;
    const shown = isShowable(name) ? `"${name}"` : 'one of the names';
    const line = howToAdd(name);
    const others = suggestion(name, known) || `; there are ${known.join(', ')}`;
    mistakes.push(`${option}: ${shown} is not in this job${line === undefined ? others : `:${line}`}`);
  }
  return all.filter(({ name }) => names.includes(name));
}
