import type { CliContext } from '../../catalogue/cli-context.js';
import type { Path } from '../../config/mistakes/mistake.js';
import { finishLanes } from '../../deliver/finish-lanes.js';
import type { SinkLane } from '../../deliver/sink-lane.js';
import { ExportError } from '../../errors/export-error.js';
import { EXIT } from '../../summary/exit-code.js';
import { oneLine } from '../../text/one-line.js';
import { withLanes } from '../open-connectors.js';
import { type JobOptions, jobFor } from '../options/job-options.js';
import { type LogOptions, logFor } from '../options/log-options.js';

export interface FinishOptions
  extends LogOptions,
    Pick<JobOptions, 'config' | 'envFile' | 'stream' | 'sink'> {}

/** Of nothing that was read: it is only put together what is there. */
const NO_RUN = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };

/**
 * Has the sinks put together what shards have delivered, where no shard could: each had a folder of its own, and these are
 * one now. Nothing is read from the source, and the state is not looked at.
 */
export async function finish(options: FinishOptions, context: CliContext): Promise<number> {
  const job = await jobFor(options, context, ([part]: Path) => part === 'sinks');
  const { screen, signal } = context;
  const log = logFor(options, context);
  return withLanes(job, {}, log, context, async (all) => {
    const lanes = all.filter(({ sharing }) => sharing === 'last');
    refuseOthers(all, lanes, options);
    for (const lane of lanes) await lane.prepare(job.streams, signal);
    // As a shard does it: others may still be at it.
    await finishLanes(lanes, { ...NO_RUN, shard: '1/1' }, signal);
    const outcomes = lanes.map((lane) => lane.outcome());
    const lines = outcomes.flatMap(({ name, failure, notes }) =>
      [failure ? failure.message : 'finished', ...notes].map((words) => oneLine(`${name}: ${words}`)),
    );
    screen.text(`${lines.join('\n')}\n`);
    return exitCode(outcomes);
  });
}

function refuseOthers(
  all: readonly SinkLane[],
  lanes: readonly SinkLane[],
  { sink: named = [] }: FinishOptions,
): void {
  const others = all.filter((lane) => !lanes.includes(lane)).map(({ name }) => name);
  if (lanes.length > 0 && (named.length === 0 || others.length === 0)) return;
  throw new ExportError(
    'USAGE',
    `finish: there is nothing to put together in ${others.join(', ')}: each process that delivers there has finished for itself.`,
    {
      kind: 'config',
      hint: 'It is for sinks that make one file of all partitions, such as tableau-csv with `layout: single`, and report.',
    },
  );
}

function exitCode(outcomes: readonly ReturnType<SinkLane['outcome']>[]): number {
  const required = outcomes.filter((sink) => sink.required);
  const failed = required.filter(({ failure }) => failure !== null);
  if (failed.some(({ failure }) => failure?.kind === 'bug')) return EXIT.bug;
  if (failed.length === 0) return EXIT.delivered;
  return failed.length === required.length ? EXIT.allSinks : EXIT.someSinks;
}
