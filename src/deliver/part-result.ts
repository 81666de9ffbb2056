import type { ProjectCosts } from '../catalogue/costs.js';
import { ReceiptTally } from '../catalogue/receipt-tally.js';
import type { RunSoFar } from '../catalogue/sink.js';
import { sumTraffic } from '../http/http-stats.js';
import type { PlannedRun } from './plan-run.js';
import type { UnreadDay } from './readings-of-run.js';
import type { RunResult } from './run.js';
import { findingsOf, TOLD_NOTHING, type ToldBySource } from './source-report.js';
import { COMPARED_NOTHING, type ComparedSoFar, ReconciliationTally } from './tally/reconciliation-tally.js';
import type { KeptBackDay, StreamOutcome } from './tally/run-tally.js';
import type { SinkOutcome } from './tally/sink-tally.js';
import { addFailures, type SourceFailure } from './tally/source-failures.js';
import { roundedAmount, type SpentSoFar, SpentTally } from './tally/spent-tally.js';

/** What came of some tasks of a run. Plain data: it can be sent to the process that sums up. */
export interface PartResult extends ToldBySource {
  readonly streams: readonly StreamOutcome[];
  readonly sourceFailures: readonly SourceFailure[];
  readonly unavailable: readonly SourceFailure[];
  readonly keptBack: readonly KeptBackDay[];
  readonly sinks: readonly SinkOutcome[];
  /** What sinks say that stay open for other parts, of all that they got so far. Default: nothing. */
  readonly sinksSoFar?: SinksSoFar | undefined;
  readonly spent: SpentSoFar;
  readonly compared: ComparedSoFar;
  /** Of the days that something is made of. */
  readonly unread: readonly UnreadDay[];
  readonly interrupted: boolean;
}

/** What sinks that are opened once say after each part: of each sink of an opening, the last counts. */
export interface SinksSoFar {
  /** Which opening it is: of all processes there is no other with this name. */
  readonly opening: string;
  /** More than what was said before. */
  readonly turn: number;
  readonly sinks: readonly SinkOutcome[];
}

/** Of no task, and of a source that was not asked. */
export const NOTHING: PartResult = {
  streams: [],
  sourceFailures: [],
  unavailable: [],
  keptBack: [],
  sinks: [],
  spent: { days: [], totals: [], shares: [] },
  compared: COMPARED_NOTHING,
  unread: [],
  interrupted: false,
  ...TOLD_NOTHING,
};

/** What a run came to, by its parts. `costs` is what all of it has found out beside its tasks. */
export function resultOf(
  { projects, days, lost, stillKeptBack, warnings }: PlannedRun,
  parts: readonly PartResult[],
  costs: readonly ProjectCosts[] | undefined,
): RunResult {
  const spent = new SpentTally();
  const compared = new ReconciliationTally();
  for (const part of parts) {
    spent.addAll(part.spent);
    compared.addAll(part.compared);
  }
  return {
    projects,
    days,
    streams: sumStreams(parts.map(({ streams }) => streams)),
    sourceFailures: addFailures(parts.flatMap(({ sourceFailures }) => sourceFailures)),
    lost,
    keptBack: parts.flatMap(({ keptBack }) => keptBack),
    stillKeptBack,
    unavailable: addFailures(parts.flatMap(({ unavailable }) => unavailable)),
    findings: findingsOf(parts.map(({ findings }) => findings)),
    warnings,
    sinks: sumSinks([...parts.flatMap(({ sinks }) => sinks), ...lastSaid(parts)]),
    costs,
    spent: spent.result(),
    reconciliation: compared.result(),
    interrupted: parts.some(({ interrupted }) => interrupted),
    traffic: sumTraffic(parts.map(({ traffic }) => traffic)),
  };
}

/** What sinks are told of the run at its end. */
export function soFarOf(parts: readonly PartResult[]): Omit<RunSoFar, 'elapsedMs' | 'costs'> {
  const streams = sumStreams(parts.map(({ streams: some }) => some));
  const sum = (field: 'records' | 'partitions' | 'failed_partitions') =>
    streams.reduce((total, stream) => total + stream[field], 0);
  const { calls, retries } = sumTraffic(parts.map(({ traffic }) => traffic));
  return {
    records: sum('records'),
    partitions: sum('partitions'),
    failedPartitions: sum('failed_partitions'),
    calls,
    retries,
  };
}

function sumStreams(parts: readonly (readonly StreamOutcome[])[]): readonly StreamOutcome[] {
  const sums = new Map<string, StreamOutcome>();
  for (const stream of parts.flat()) {
    const known = sums.get(stream.name);
    sums.set(stream.name, known === undefined ? stream : sumOf(known, stream));
  }
  return [...sums.values()].map(({ cost_usd, hours, ...stream }) => ({
    ...stream,
    cost_usd: roundedAmount(cost_usd),
    hours: roundedAmount(hours),
  }));
}

function sumOf(one: StreamOutcome, other: StreamOutcome): StreamOutcome {
  const plus = (some: number | null, more: number | null) => (some === null ? more : some + (more ?? 0));
  return {
    name: one.name,
    partitions: one.partitions + other.partitions,
    failed_partitions: one.failed_partitions + other.failed_partitions,
    records: one.records + other.records,
    cost_usd: plus(one.cost_usd, other.cost_usd),
    hours: plus(one.hours, other.hours),
  };
}

function lastSaid(parts: readonly PartResult[]): readonly SinkOutcome[] {
  const last = new Map<string, { readonly turn: number; readonly outcome: SinkOutcome }>();
  for (const { sinksSoFar } of parts) {
    if (sinksSoFar === undefined) continue;
    const { opening, turn, sinks } = sinksSoFar;
    for (const outcome of sinks) {
      const key = JSON.stringify([opening, outcome.name]);
      if ((last.get(key)?.turn ?? -1) < turn) last.set(key, { turn, outcome });
    }
  }
  return [...last.values()].map(({ outcome }) => outcome);
}

/** One for each sink, in their order. What several say of themselves at their end is added up where it is a number. */
function sumSinks(outcomes: readonly SinkOutcome[]): readonly SinkOutcome[] {
  const sums = new Map<string, SinkOutcome>();
  for (const outcome of outcomes) {
    const known = sums.get(outcome.name);
    sums.set(outcome.name, known === undefined ? outcome : sumOfSink(known, outcome));
  }
  return [...sums.values()];
}

function sumOfSink(one: SinkOutcome, other: SinkOutcome): SinkOutcome {
  const records = new ReceiptTally();
  records.add(one);
  records.add(other);
  const left = (one.partitions_left_to_others ?? 0) + (other.partitions_left_to_others ?? 0);
  const facts: Record<string, number | string> = { ...one.facts };
  for (const [name, fact] of Object.entries(other.facts)) {
    const known = facts[name];
    facts[name] = typeof known === 'number' && typeof fact === 'number' ? known + fact : fact;
  }
  return {
    ...one,
    partitions: one.partitions + other.partitions,
    failed_partitions: one.failed_partitions + other.failed_partitions,
    unread_partitions: one.unread_partitions + other.unread_partitions,
    ...(left > 0 && { partitions_left_to_others: left }),
    ...records.receipt(),
    in_doubt: one.in_doubt + other.in_doubt,
    failure: one.failure ?? other.failure,
    facts,
    notes: [...new Set([...one.notes, ...other.notes])],
  };
}
