import type { Sink } from '../catalogue/sink.js';
import type { Source } from '../catalogue/source.js';
import type { AppendLedger } from '../checkpoints/journal/append-ledger.js';
import type { Job, JobSink } from '../config/job.js';
import { countingSink } from '../deliver/dry-run-sink.js';
import { SinkLane } from '../deliver/sink-lane.js';
import type { Window } from '../plan/plan.js';
import type { Log } from '../report/log.js';
import type { CliContext } from './cli-context.js';
import { userAgent } from './version.js';

export function openSource(job: Job, window: Window, log: Log, { clock, env }: CliContext): Promise<Source> {
  const { projects } = job.source;
  return job.source.open({ projects, window, clock, log, env, userAgent: userAgent() });
}

/** Loads and makes a sink; `dryRun` puts one in its place that only counts. */
export async function openSink(
  sink: JobSink,
  log: Log,
  { cwd, clock, env }: CliContext,
  dryRun = false,
): Promise<Sink> {
  const opened = await sink.open({
    name: sink.name,
    cwd,
    clock,
    log,
    streams: sink.streams,
    env,
    userAgent: userAgent(),
  });
  return dryRun ? countingSink(opened) : opened;
}

/** The sinks of a job as a run uses them. */
export function openLanes(
  job: Job,
  log: Log,
  surroundings: CliContext,
  { dryRun, ledger }: { readonly dryRun: boolean; readonly ledger?: AppendLedger | undefined },
): Promise<SinkLane[]> {
  return Promise.all(
    job.sinks.map(async (sink) => {
      const opened = await openSink(sink, log, surroundings, dryRun);
      const streams = sink.streams.map(({ name }) => name);
      const { type, required, deadlineMs } = sink;
      return new SinkLane({ sink: opened, type, required, streams, deadlineMs, log, ledger });
    }),
  );
}
