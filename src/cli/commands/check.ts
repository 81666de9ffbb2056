import pc from 'picocolors';
import type { CheckResult } from '../../catalogue/check-result.js';
import type { Estimate } from '../../catalogue/estimate.js';
import type { Sink } from '../../catalogue/sink.js';
import type { Source } from '../../catalogue/source.js';
import type { JobSink } from '../../config/job.js';
import { resolveWindow } from '../../config/settings/window.js';
import { abortError, failureOf } from '../../errors/export-error.js';
import { EXIT } from '../../report/exit-code.js';
import type { Log } from '../../report/log.js';
import { oneLine } from '../../report/one-line.js';
import { withDeadline } from '../../time/deadline.js';
import type { CliContext } from '../cli-context.js';
import { wantsColor } from '../color.js';
import { estimatesOf } from '../estimates.js';
import { openSink, openSource } from '../open-connectors.js';
import { type JobOptions, jobFor } from '../options/job-options.js';
import { type LogOptions, logFor } from '../options/log-options.js';

/** Tries every connection of the job and says what works, what does not, and how to mend it. */
export async function check(options: JobOptions & LogOptions, surroundings: CliContext): Promise<number> {
  const { screen, clock, signal, env } = surroundings;
  const job = await jobFor(options, surroundings);
  const log = logFor(options, surroundings);
  const source = await openSource(job, resolveWindow(job.window, clock.now()), log, surroundings);
  try {
    const ofSource = await source.check(job.streams, signal).catch((error) => [failed('connect', error)]);
    const ofSinks = await Promise.all(
      job.sinks.map(async (sink) => ({ sink, ...(await checkSink(sink, log, surroundings)) })),
    );
    const estimates = await estimated(ofSinks, source, signal);
    if (signal.aborted) throw abortError(signal);
    const color = wantsColor(screen.stdout, env);
    const lines = [
      job.source.type,
      ...ofSource.flatMap((result) => resultLines(result, color)),
      ...ofSinks.flatMap(({ sink, result }) => [
        `${sink.name} (${sink.type})`,
        ...resultLines(result, color),
        ...(estimates.get(sink.name) ?? []).flatMap((one) => resultLines({ ...one, ok: true }, color)),
      ]),
    ];
    screen.result(`${lines.join('\n')}\n`);
    return exitCodeOf(ofSource, ofSinks);
  } finally {
    await source.close();
  }
}

interface CheckedSink {
  readonly result: CheckResult;
  /** Undefined where it could not be opened. */
  readonly opened?: Sink;
}

async function checkSink(sink: JobSink, log: Log, surroundings: CliContext): Promise<CheckedSink> {
  let opened: Sink;
  try {
    opened = await openSink(sink, log, surroundings);
  } catch (error) {
    return { result: failed('connect', error) };
  }
  try {
    const result = await withDeadline(
      `Checking ${sink.name}`,
      sink.deadlineMs,
      surroundings.signal,
      (signal) => opened.check(signal),
    );
    return { result, opened };
  } catch (error) {
    return { result: failed('connect', error), opened };
  }
}

/** What the records will come to; nothing where the source does not answer, which has been said already. */
async function estimated(
  sinks: readonly CheckedSink[],
  source: Source,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Estimate[]>> {
  const opened = sinks.flatMap(({ opened: sink }) => (sink?.estimate === undefined ? [] : [sink]));
  if (opened.length === 0) return new Map();
  try {
    return await estimatesOf(opened, source, await source.projects(signal), signal);
  } catch {
    return new Map();
  }
}

function failed(what: string, error: unknown): CheckResult {
  const { message, hint } = failureOf(error);
  return { what, ok: false, detail: message, ...(hint === undefined ? {} : { hint }) };
}

function resultLines({ what, ok, detail, hint }: CheckResult, color: boolean): string[] {
  const { green, red, dim } = pc.createColors(color);
  const found = ok ? dim(oneLine(detail)) : oneLine(detail);
  const line = `  ${ok ? green('ok') : red('no')}  ${oneLine(what)}: ${found}`;
  return hint && !ok ? [line, `      ${oneLine(hint)}`] : [line];
}

function exitCodeOf(
  ofSource: readonly CheckResult[],
  ofSinks: readonly { readonly sink: JobSink; readonly result: CheckResult }[],
): number {
  const required = ofSinks.filter(({ sink }) => sink.required);
  const bad = required.filter(({ result }) => !result.ok);
  if (bad.length > 0) return bad.length === required.length ? EXIT.allSinks : EXIT.someSinks;
  return ofSource.every(({ ok }) => ok) ? EXIT.delivered : EXIT.source;
}
