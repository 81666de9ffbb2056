import type { Estimate } from '../../catalogue/estimate.js';
import type { Job } from '../../config/job.js';
import { resolveWindow } from '../../config/settings/window.js';
import type { SinkLane } from '../../deliver/sink-lane.js';
import { type Reason, windowOnly } from '../../plan/delivery-book.js';
import { type PlannedReading, planReadings } from '../../plan/plan.js';
import { oneLine } from '../../report/one-line.js';
import { counted, sayCount, textTable } from '../../report/text-table.js';
import { partitionName } from '../../streams/partition.js';
import { lookAtState } from '../checkpoint-session.js';
import type { CliContext } from '../cli-context.js';
import { estimatesOf } from '../estimates.js';
import { openLanes, openSource } from '../open-connectors.js';
import { type JobOptions, jobFor } from '../options/job-options.js';
import { type LogOptions, logFor } from '../options/log-options.js';

export interface PlanOptions extends JobOptions, LogOptions {
  readonly noState: boolean;
}

/**
 * Shows what a run would read and write, and why. It lists the projects, asks for the values that sinks reckon with,
 * and calls nothing else.
 */
export async function plan(options: PlanOptions, surroundings: CliContext): Promise<number> {
  const job = await jobFor(options, surroundings);
  const log = logFor(options, surroundings);
  const window = resolveWindow(job.window, surroundings.clock.now());
  const source = await openSource(job, window, log, surroundings);
  try {
    const takers = await openLanes(job, log, surroundings, { dryRun: true });
    const projects = await source.projects(surroundings.signal);
    const book = options.noState ? windowOnly : await lookAtState(job, window, log, surroundings);
    await book.admit(projects, takers);
    const rows = job.streams.map((selected) => {
      const plan = planReadings({ source, streams: [selected], projects, window, takers, book });
      for (const warning of plan.warnings) log.warn(warning);
      const isWanted = takers.some((taker) => taker.wants(selected));
      return { name: selected.name, isWanted, readings: plan.readings };
    });
    const each = options.verbose ? partitionLines(rows) : [];
    const estimates = await estimatesOf(takers, source, projects, surroundings.signal);
    const lines = [
      ...planLines(rows, projects.length, window),
      ...noteLines(job),
      ...estimateLines(estimates),
    ];
    surroundings.screen.result([...each, ...lines, ''].join('\n'));
    return 0;
  } finally {
    await source.close();
  }
}

interface PlanRow {
  readonly name: string;
  /** False where no sink takes this stream. */
  readonly isWanted: boolean;
  readonly readings: readonly PlannedReading<SinkLane>[];
}

function planLines(
  rows: readonly PlanRow[],
  projects: number,
  window: { readonly since: string; readonly until: string },
): string[] {
  const cells = rows.map(({ name, isWanted, readings }) => [
    name,
    daysOf(readings),
    sayCount(sum(readings, ({ reading }) => reading.partitions.length)),
    sayCount(sum(readings, ({ reading }) => reading.calls)),
    whyOf(readings) || (isWanted ? '(nothing is lacking)' : '(no sink wants it)'),
  ]);
  const head = ['STREAM', 'DAYS', 'PARTITIONS', 'CALLS', 'WHY'];
  const calls = sum(rows, (row) => sum(row.readings, ({ reading }) => reading.calls));
  const partitions = sum(rows, (row) => sum(row.readings, ({ reading }) => reading.partitions.length));
  return [
    `${window.since} to ${window.until}, ${counted(projects, 'project')}`,
    '',
    ...textTable(['left', 'left', 'right', 'right', 'left'], [head, ...cells]),
    '',
    `${counted(partitions, 'partition')}, at least ${counted(calls, 'call')}, and a few for names.`,
  ];
}

function noteLines({ source: { limits } }: Job): string[] {
  return limits.planNote === undefined ? [] : [limits.planNote];
}

function estimateLines(estimates: ReadonlyMap<string, readonly Estimate[]>): string[] {
  const lines = [...estimates].flatMap(([sink, all]) =>
    all.map(({ what, detail }) => oneLine(`${sink}, ${what}: ${detail}`)),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

/** A line for each partition: who lacks it, and why. */
function partitionLines(rows: readonly PlanRow[]): string[] {
  const lines = rows.flatMap(({ readings }) =>
    readings.flatMap(({ reading, needs }) =>
      reading.partitions.map((partition) => {
        const sinks = [...needs(partition)].map(([{ name }, reason]) => `${name}: ${sayReason(reason)}`);
        return `${partitionName(partition)}  ${sinks.join(', ')}`;
      }),
    ),
  );
  return [...lines, ''];
}

/** Partitions by sink and reason: `tableau: 7 never delivered, 2 open`. */
function whyOf(readings: readonly PlannedReading<SinkLane>[]): string {
  const counts = new Map<string, Map<string, number>>();
  for (const { reading, needs } of readings) {
    for (const partition of reading.partitions) {
      for (const [{ name }, reason] of needs(partition)) {
        const ofSink = counts.get(name) ?? new Map<string, number>();
        const word = WORDS[reason.why];
        counts.set(name, ofSink.set(word, (ofSink.get(word) ?? 0) + 1));
      }
    }
  }
  return [...counts]
    .map(
      ([sink, words]) =>
        `${sink}: ${[...words].map(([word, count]) => `${sayCount(count)} ${word}`).join(', ')}`,
    )
    .join('; ');
}

const WORDS: Readonly<Record<Reason['why'], string>> = {
  new: 'never delivered',
  lookback: 'within the lookback',
  open: 'not closed',
  lost: 'lost, and there after all',
  window: 'in the window',
  snapshot: 'as it is now',
};

function sayReason(reason: Reason): string {
  if (reason.why !== 'open' || reason.unsettled === 0) return WORDS[reason.why];
  return `${WORDS.open} (${counted(reason.unsettled, 'record')} may change)`;
}

function daysOf(readings: readonly PlannedReading<SinkLane>[]): string {
  const partitions = readings.flatMap(({ reading }) => reading.partitions);
  const days = partitions.flatMap(({ day }) => (day === null ? [] : [day])).sort();
  if (partitions.length === 0) return '-';
  const [first] = days;
  if (first === undefined) return 'snapshot';
  const last = days.at(-1) ?? first;
  return first === last ? first : `${first} to ${last}`;
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
