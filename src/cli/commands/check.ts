import pc from 'picocolors';
import { type CheckResult, failedCheck } from '../../catalogue/check-result.js';
import type { CliContext } from '../../catalogue/cli-context.js';
import type { JobSink } from '../../config/job.js';
import { resolveWindow } from '../../config/settings/window.js';
import { abortError } from '../../errors/export-error.js';
import { wantsColor } from '../../log/color.js';
import { EXIT } from '../../report/exit-code.js';
import { oneLine } from '../../text/one-line.js';
import { estimatesOf } from '../estimates.js';
import { type Opening, openSource, withOpenings } from '../open-connectors.js';
import { type JobOptions, jobFor } from '../options/job-options.js';
import { type LogOptions, logFor } from '../options/log-options.js';

/** Tries every connection of the job and says what works, what does not, and how to mend it. */
export async function check(options: JobOptions & LogOptions, context: CliContext): Promise<number> {
  const { screen, clock, signal, env } = context;
  const job = await jobFor(options, context);
  const log = logFor(options, context);
  const source = await openSource(job, resolveWindow(job.window, clock.now()), log, context);
  try {
    return await withOpenings(job, {}, log, context, async (openings) => {
      const ofSource = await source
        .check(job.streams, signal)
        .catch((error) => [failedCheck('connect', error)]);
      const ofSinks = await Promise.all(openings.map((opening) => checkSink(opening, signal)));
      const lanes = openings.flatMap(({ lane }) => lane ?? []);
      // Nothing where the source does not answer, which has been said already.
      const estimates = await estimatesOf(lanes, source, signal).catch(() => undefined);
      if (signal.aborted) throw abortError(signal);
      const color = wantsColor(screen.stdout, env);
      const lines = [
        job.source.type,
        ...ofSource.flatMap((result) => resultLines(result, color)),
        ...ofSinks.flatMap(({ sink, ...result }) => [
          `${sink.name} (${sink.type})`,
          ...resultLines(result, color),
          ...(estimates?.get(sink.name) ?? []).flatMap((one) => resultLines({ ...one, ok: true }, color)),
        ]),
      ];
      screen.result(`${lines.join('\n')}\n`);
      return exitCodeOf(ofSource, ofSinks);
    });
  } finally {
    await source.close();
  }
}

interface SinkResult extends CheckResult {
  readonly sink: JobSink;
}

async function checkSink(opening: Opening, signal: AbortSignal): Promise<SinkResult> {
  const { sink } = opening;
  try {
    if (opening.lane === undefined) throw opening.failure;
    return { sink, ...(await opening.lane.check(signal)) };
  } catch (error) {
    return { sink, ...failedCheck('connect', error) };
  }
}

function resultLines({ what, ok, detail, hint }: CheckResult, color: boolean): string[] {
  const { green, red, dim } = pc.createColors(color);
  const found = ok ? dim(oneLine(detail)) : oneLine(detail);
  const line = `  ${ok ? green('ok') : red('no')}  ${oneLine(what)}: ${found}`;
  return hint && !ok ? [line, `      ${oneLine(hint)}`] : [line];
}

function exitCodeOf(ofSource: readonly CheckResult[], ofSinks: readonly SinkResult[]): number {
  const required = ofSinks.filter(({ sink }) => sink.required);
  const bad = required.filter(({ ok }) => !ok);
  if (bad.length > 0) return bad.length === required.length ? EXIT.allSinks : EXIT.someSinks;
  return ofSource.every(({ ok }) => ok) ? EXIT.delivered : EXIT.source;
}
