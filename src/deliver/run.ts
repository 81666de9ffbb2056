import type { ProjectCosts } from '../catalogue/costs.js';
import type { SourceFindings } from '../catalogue/source.js';
import type { Traffic } from '../http/http-stats.js';
import { type CarryOutOptions, carryOut } from './carry-out.js';
import { costsFor } from './costs.js';
import { finishLanes } from './finish-lanes.js';
import { NOTHING, resultOf, soFarOf } from './part-result.js';
import { type PlannedRun, planRun } from './plan-run.js';
import { ReadingsOfRun } from './readings-of-run.js';
import { SourceReport } from './source-report.js';
import type { KeptBackDay, StreamOutcome } from './tally/run-tally.js';
import type { SinkOutcome } from './tally/sink-tally.js';
import type { SourceFailure } from './tally/source-failures.js';
import type { Spent } from './tally/spent-tally.js';

export interface RunOptions extends Omit<CarryOutOptions, 'readings' | 'report'> {
  /** True where the result is to say what the projects have cost. Default: only where a sink wants to know. */
  readonly wantsCosts?: boolean;
}

export interface RunResult extends Omit<PlannedRun, 'tasks'> {
  readonly streams: readonly StreamOutcome[];
  readonly sourceFailures: readonly SourceFailure[];
  readonly keptBack: readonly KeptBackDay[];
  /** What the key may not read and the source leaves out, so that it is no failure. */
  readonly unavailable: readonly SourceFailure[];
  readonly findings: SourceFindings;
  readonly sinks: readonly SinkOutcome[];
  /** What the projects have cost; undefined where nobody wants to know, and after an interrupt. */
  readonly costs: readonly ProjectCosts[] | undefined;
  /** What the days that were read have cost and used; undefined where none was read that tells. */
  readonly spent: Spent | undefined;
  readonly interrupted: boolean;
  /** What was asked of the source. */
  readonly traffic: Traffic;
}

/**
 * Reads what is planned, once, and hands every batch to each sink that wants it. Each sink commits or aborts
 * each partition by itself; failures are in the result, not thrown. It throws only when the projects cannot
 * be listed, for then there is nothing to do. Whoever opened the sinks disposes of them.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { source, lanes, streams, window, signal } = options;
  const startedAt = options.clock.now();
  const planned = await planRun(options);
  await Promise.all(lanes.map((lane) => lane.prepare(streams, signal)));
  const report = new SourceReport(source);
  const readings = new ReadingsOfRun(streams, window.now);
  const part = await carryOut(planned.tasks, { ...options, readings, report });
  // Last, since readings of the bill have asked for the same.
  const costs = await costsFor(options, planned.projects);
  const parts = [
    { ...part, sinks: [] },
    { ...NOTHING, ...report.take() },
  ];
  const elapsedMs = options.clock.now() - startedAt;
  await finishLanes(lanes, { ...soFarOf(parts), elapsedMs, ...(costs && { costs }) }, signal);
  const sinks = lanes.map((lane) => lane.outcome());
  return resultOf(planned, [...parts, { ...NOTHING, sinks, interrupted: signal.aborted }], costs);
}
