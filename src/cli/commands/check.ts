import pc from 'picocolors';
import type { JobSink } from '../../config/job.js';
import { resolveWindow } from '../../config/window.js';
import { abortError, failureOf } from '../../errors/export-error.js';
import type { CheckResult } from '../../pipeline/check.js';
import { withDeadline } from '../../pipeline/deadline.js';
import { EXIT } from '../../report/exit-code.js';
import type { Log } from '../../report/log.js';
import { oneLine } from '../../report/one-line.js';
import { wantsColor } from '../color.js';
import { type JobOptions, jobFor } from '../job-options.js';
import { type LogOptions, logFor } from '../log-options.js';
import { openSink, openSource } from '../open-job.js';
import type { Surroundings } from '../surroundings.js';

/** Tries every connection of the job and says what works, what does not, and how to mend it. */
export async function check(options: JobOptions & LogOptions, surroundings: Surroundings): Promise<number> {
  const { screen, clock, signal, env } = surroundings;
  const job = await jobFor(options, surroundings);
  const log = logFor(options, surroundings);
  const source = await openSource(job, resolveWindow(job.window, clock.now()), log, surroundings);
  try {
    const ofSource = await source.check(job.streams, signal).catch((error) => [failed('connect', error)]);
    const ofSinks = await Promise.all(
      job.sinks.map(async (sink) => ({ sink, result: await checkSink(sink, log, surroundings) })),
    );
    if (signal.aborted) throw abortError(signal);
    const color = wantsColor(screen.stdout, env);
    const lines = [
      'deepgram',
      ...ofSource.flatMap((result) => resultLines(result, color)),
      ...ofSinks.flatMap(({ sink, result }) => [
        `${sink.name} (${sink.type})`,
        ...resultLines(result, color),
      ]),
    ];
    screen.result(`${lines.join('\n')}\n`);
    return exitCodeOf(ofSource, ofSinks);
  } finally {
    await source.close();
  }
}

async function checkSink(sink: JobSink, log: Log, surroundings: Surroundings): Promise<CheckResult> {
  try {
    const opened = await openSink(sink, log, surroundings);
    return await withDeadline(`Checking ${sink.name}`, sink.deadlineMs, surroundings.signal, (signal) =>
      opened.check(signal),
    );
  } catch (error) {
    return failed('connect', error);
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
