import type { SelectedStream } from '../records/selection.js';
import { rangesOf, sayRanges } from '../state/day-ranges.js';
import { type Day, daysThrough } from '../time/day.js';
import type { DeliveryBook, Reason } from './delivery-book.js';
import type { Partition, Project } from './partition.js';
import type { Reading, Source } from './source.js';

/** The days of a run, both included, and the moment that counts as now in all of it. */
export interface Window {
  readonly since: Day;
  readonly until: Day;
  /** Milliseconds since the epoch: nothing later is read, however long the run takes. */
  readonly now: number;
}

/** As much of a sink as planning needs. */
export interface Taker {
  readonly name: string;
  wants(stream: SelectedStream['stream']): boolean;
}

/** A reading and who gets what of it. */
export interface PlannedReading<T extends Taker> {
  readonly reading: Reading;
  /** Why each sink that lacks a partition lacks it. */
  needs(partition: Partition): ReadonlyMap<T, Reason>;
}

export interface Plan<T extends Taker> {
  readonly readings: readonly PlannedReading<T>[];
  /** What the user should know before anything is read, such as days that are lost for good. */
  readonly warnings: readonly string[];
}

export interface PlanOptions<T extends Taker> {
  readonly source: Source;
  readonly streams: readonly SelectedStream[];
  readonly projects: readonly Project[];
  readonly window: Window;
  readonly takers: readonly T[];
  readonly book: DeliveryBook;
}

/**
 * What is to be read, in the order of streams, projects and days: what at least one sink lacks. The window says
 * where history begins; a day that was wanted once and never delivered is still wanted when the window has moved on.
 */
export function planReadings<T extends Taker>(options: PlanOptions<T>): Plan<T> {
  const warnings: string[] = [];
  const readings = options.streams.flatMap((selected) => {
    const takers = options.takers.filter((taker) => taker.wants(selected.stream));
    if (takers.length === 0) return [];
    return options.projects.flatMap((project) => {
      const needs =
        selected.stream.partitionedBy === 'day'
          ? needsByDay(selected, project, takers, options, warnings)
          : undefined;
      const days = [...(needs?.keys() ?? [])];
      const snapshot = new Map(takers.map((taker) => [taker, { why: 'snapshot' } as const]));
      return options.source.plan({ selected, project, days }).map((reading) => ({
        reading,
        needs: ({ day }: Partition) => (day === null ? snapshot : (needs?.get(day) ?? new Map())),
      }));
    });
  });
  return { readings, warnings };
}

function needsByDay<T extends Taker>(
  selected: SelectedStream,
  project: Project,
  takers: readonly T[],
  { source, window, book }: PlanOptions<T>,
  warnings: string[],
): ReadonlyMap<Day, ReadonlyMap<T, Reason>> {
  const of = (day: Day): Partition => ({ stream: selected.stream, project, day });
  const firstDays = takers.flatMap((taker) => book.firstDay(taker.name, of(window.since)) ?? []);
  const [first = window.since] = [window.since, ...firstDays].sort();
  const oldest = source.oldestDay(selected);
  const needs = new Map<Day, Map<T, Reason>>();
  const gone = new Map<T, Day[]>();
  const lost = new Map<T, Day[]>();
  for (const day of daysThrough(first, window.until)) {
    for (const taker of takers) {
      const reason = book.reason(taker.name, of(day));
      if (!reason) continue;
      if (oldest === undefined || day >= oldest) {
        needs.set(day, (needs.get(day) ?? new Map<T, Reason>()).set(taker, reason));
      } else if (reason.why !== 'lookback') {
        gone.set(taker, [...(gone.get(taker) ?? []), day]);
        if (!isWhole(reason)) lost.set(taker, [...(lost.get(taker) ?? []), day]);
      }
    }
  }
  for (const [taker, days] of gone) book.gone(taker.name, of(window.since), days);
  warnings.push(...lossWarnings(of(window.since), lost));
  return needs;
}

/** True where a sink has all there was of a day, which only was too young to be closed. */
function isWhole(reason: Reason): boolean {
  return reason.why === 'open' && reason.unsettled === 0;
}

/** One for each set of days, however many sinks lack them. */
function lossWarnings({ stream, project }: Partition, lost: ReadonlyMap<Taker, readonly Day[]>): string[] {
  const sinks = new Map<string, string[]>();
  for (const [taker, days] of lost) {
    const ranges = sayRanges(rangesOf(days));
    sinks.set(ranges, [...(sinks.get(ranges) ?? []), taker.name]);
  }
  return [...sinks].map(
    ([ranges, names]) =>
      `${stream.name} of ${project.name ?? project.id}: ${ranges} cannot be read any more, since Deepgram only keeps ` +
      `90 days, and is lost for good to ${names.join(', ')}. What an earlier run exported stays; an NDJSON archive ` +
      'that has these days can be replayed.',
  );
}
