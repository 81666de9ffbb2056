import pc from 'picocolors';
import { type CheckResult, failedCheck } from '../../catalogue/check-result.js';
import type { CliContext } from '../../catalogue/cli-context.js';
import type { Source } from '../../catalogue/source.js';
import type { SourceMemory } from '../../catalogue/source-type.js';
import type { Checkpoints } from '../../checkpoints/checkpoints.js';
import type { Job, JobSink } from '../../config/job.js';
import { resolveWindow } from '../../config/settings/window.js';
import { abortError } from '../../errors/export-error.js';
import { wantsColor } from '../../log/color.js';
import type { Log } from '../../log/log.js';
import { EXIT } from '../../summary/exit-code.js';
import { withProgress } from '../../summary/progress.js';
import { oneLine } from '../../text/one-line.js';
import { counted, formatCount } from '../../text/text-table.js';
import type { Window } from '../../time/window.js';
import { beginCheckpoints, withStores } from '../checkpoint-session.js';
import { estimatesOf } from '../estimates.js';
import { type Opening, openSource, withOpenings } from '../open-connectors.js';
import { type JobOptions, jobFor } from '../options/job-options.js';
import { type LogOptions, logFor } from '../options/log-options.js';

/** Tries every connection of the job and says what works, what does not, and how to mend it. */
export async function check(options: JobOptions & LogOptions, context: CliContext): Promise<number> {
  const { screen, clock, signal, env } = context;
  const job = await jobFor(options, context);
  const log = logFor(options, context);
  const window = resolveWindow(job.window, clock.now());
  const state = await checkState(job, window, log, context);
  let source: Source | undefined;
  try {
    source = await openSource(job, window, log, context, { memory: state.memory });
    const asked = source;
    return await withOpenings(job, {}, log, context, async (openings) => {
      const busy = {
        traffic: asked.traffic,
        sinks: () => openings.flatMap(({ lane }) => (lane?.isBusy ? lane.name : [])),
      };
      const tryAll = async () => {
        const ofSource = await asked
          .check(job.streams, signal)
          .catch((error) => [failedCheck('connect', error)]);
        const failed = state.failed ?? (await checkAccount(asked, state.checkpoints, window, signal));
        const ofSinks = await Promise.all(openings.map((opening) => checkSink(opening, signal)));
        const lanes = openings.flatMap(({ lane }) => lane ?? []);
        // Nothing where the source does not answer, which has been said already.
        const estimates = await estimatesOf(lanes, asked, signal).catch(() => undefined);
        return { ofSource, failed, ofSinks, estimates };
      };
      const { ofSource, failed, ofSinks, estimates } = await withProgress(
        { screen, log, clock, quiet: options.quiet },
        busy,
        tryAll,
      );
      if (signal.aborted) throw abortError(signal);
      const color = wantsColor(screen.stdout, env);
      const hinted = new Set<string>();
      const linesOf = (result: CheckResult) => resultLines(result, hinted, color);
      const lines = [
        ...(failed === undefined ? [] : ['state', ...linesOf(failed)]),
        job.source.type,
        ...ofSource.flatMap(linesOf),
        ...ofSinks.flatMap(({ sink, ...result }) => [
          `${sink.name} (${sink.type})`,
          ...linesOf(result),
          ...(estimates?.get(sink.name) ?? []).flatMap((one) => linesOf({ ...one, ok: true })),
        ]),
      ];
      const tried = [...(failed === undefined ? [] : [failed]), ...ofSource, ...ofSinks];
      const outcome = outcomeLine(tried, job, color);
      screen.text(`${lines.join('\n')}\n\n${outcome}\n`);
      // Without the state, nothing else would be tried.
      return failed === undefined ? exitCodeOf(ofSource, ofSinks) : EXIT.config;
    });
  } finally {
    await source?.close();
    await state.end();
  }
}

/** Reads what a run would read of earlier ones; of a state that can be used there is nothing to say. */
async function checkState(job: Job, window: Window, log: Log, context: CliContext): Promise<OpenedState> {
  try {
    await withStores(job, log, context, async ([{ store }]) => store.check?.(context.signal));
    const session = await beginCheckpoints(job, { use: 'keep', dryRun: true }, log, context);
    try {
      const { memory, checkpoints } = await session.open(window);
      return { memory, checkpoints, end: session.end };
    } catch (error) {
      await session.end();
      throw error;
    }
  } catch (error) {
    return { failed: failedCheck('read', error), end: async () => {} };
  }
}

interface OpenedState {
  readonly memory?: SourceMemory;
  readonly checkpoints?: Checkpoints;
  readonly failed?: CheckResult;
  /** Frees what was opened. */
  end(): Promise<void>;
}

/** Whether what is remembered is of this account; nothing where the source does not answer, which has been said already. */
async function checkAccount(
  source: Source,
  checkpoints: Checkpoints | undefined,
  window: Window,
  signal: AbortSignal,
): Promise<CheckResult | undefined> {
  const projects = await source.projects(signal).catch(() => undefined);
  if (projects === undefined) return undefined;
  return checkpoints
    ?.startRun({ projects, streams: [], sinks: [], window, versions: new Map(), signal })
    .then(
      () => undefined,
      (error) => failedCheck('read', error),
    );
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

/** @param hinted what was said to do: that is said once, however many things it would mend */
function resultLines({ what, ok, detail, hint }: CheckResult, hinted: Set<string>, color: boolean): string[] {
  const { green, red, dim } = pc.createColors(color);
  const found = ok ? dim(oneLine(detail)) : oneLine(detail);
  const line = `  ${ok ? green('ok') : red('no')}  ${oneLine(what)}: ${found}`;
  if (hint === undefined || ok || hinted.has(hint)) return [line];
  hinted.add(hint);
  return [line, `      ${oneLine(hint)}`];
}

/** How it went, in one line. */
function outcomeLine(tried: readonly CheckResult[], { sinks, streams }: Job, color: boolean): string {
  const { green, red } = pc.createColors(color);
  const bad = tried.filter(({ ok }) => !ok).length;
  if (bad === 0)
    return green(
      `Everything works: sync can read ${counted(streams.length, 'stream')} for ${counted(sinks.length, 'sink')}.`,
    );
  return red(
    `${formatCount(bad)} of ${counted(tried.length, 'check')} failed: mend what is marked \`no\` above.`,
  );
}

function exitCodeOf(ofSource: readonly CheckResult[], ofSinks: readonly SinkResult[]): number {
  const required = ofSinks.filter(({ sink }) => sink.required);
  const bad = required.filter(({ ok }) => !ok);
  if (bad.length > 0) return bad.length === required.length ? EXIT.allSinks : EXIT.someSinks;
  return ofSource.every(({ ok }) => ok) ? EXIT.delivered : EXIT.source;
}
