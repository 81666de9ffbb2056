import type { SelectedStream } from '../../connectors/deepgram/streams/select-streams.js';
import type { Reading, Source } from '../catalogue/source.js';
import { formatRanges, rangesOf } from '../checkpoints/day-ranges.js';
import type { Partition, Project } from '../streams/partition.js';
import { type Day, daysThrough } from '../time/day.js';
import { beginningsOf } from './beginnings.js';
import type { DeliveryBook, Reason } from './delivery-book.js';

/** The days of a run, both included, and the moment that counts as now in all of it. */
export interface Window {
  readonly since: Day;
  readonly until: Day;
  /** Milliseconds since the epoch: nothing later is read, however long the run takes. */
  readonly now: number;
  /** True where nobody has chosen the first day: a sink may ask for more history. Default false. */
  readonly isDefault?: boolean;
}

/** As much of a sink as planning needs. */
export interface Taker {
  readonly name: string;
  wants(stream: SelectedStream['stream']): boolean;
  /** Days of history that it asks for, today included, where nobody has chosen a window. */
  readonly historyDays?: number | undefined;
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
  const oldest = source.oldestDay(selected);
  const begins = beginningsOf(takers, of(window.since), oldest, { window, book });
  const needs = new Map<Day, Map<T, Reason>>();
  const gone = new DaysByTaker();
  const kept = new DaysByTaker();
  const [first = window.since] = [...begins.values()].sort();
  for (const day of daysThrough(first, window.until)) {
    const asOf = source.asOf?.(of(day));
    for (const [taker, begin] of begins) {
      if (day < begin) continue;
      const reason = book.reason(taker.name, of(day));
      if (!reason) continue;
      if (oldest !== undefined && day < oldest) {
        if (reason.why !== 'lookback' && reason.why !== 'lost') gone.add(taker, day);
      } else if (asOf !== undefined && book.hasLater?.(taker.name, of(day), asOf)) {
        kept.add(taker, day);
      } else {
        needs.set(day, (needs.get(day) ?? new Map<T, Reason>()).set(taker, reason));
      }
    }
  }
  const lost = gone.map((taker, days) => book.gone(taker.name, of(window.since), days));
  const subject = `${selected.stream.name} of ${project.name ?? project.id}`;
  for (const [days, names] of lost.inWords()) {
    warnings.push(
      `${subject}: ${days} cannot be read any more, since ${source.name} only goes back to ${oldest}, and is lost for ` +
        `good to ${names}. What an earlier run exported stays; an NDJSON archive that has these days can be replayed.`,
    );
  }
  for (const [days, names] of kept.inWords()) {
    warnings.push(
      `${subject}: ${names} keeps ${days}, as of a later reading than the one in ${source.name}. To have these days ` +
        'replaced all the same, first set the state aside with `deepgram-export state repair`.',
    );
  }
  return needs;
}

/** Days of one stream and project that something is to be said of, in order. */
class DaysByTaker {
  readonly #days = new Map<Taker, readonly Day[]>();

  add(taker: Taker, day: Day): void {
    this.#days.set(taker, [...(this.#days.get(taker) ?? []), day]);
  }

  /** Of each taker's days those that `choose` answers with. */
  map(choose: (taker: Taker, days: readonly Day[]) => readonly Day[]): DaysByTaker {
    const chosen = new DaysByTaker();
    for (const [taker, days] of this.#days) for (const day of choose(taker, days)) chosen.add(taker, day);
    return chosen;
  }

  /** Days and the names of those that have the same ones: `2026-11-01 to 2026-11-03` and `archive, tableau`. */
  inWords(): readonly (readonly [days: string, names: string])[] {
    const names = new Map<string, string>();
    for (const [{ name }, days] of this.#days) {
      const ranges = formatRanges(rangesOf(days));
      const others = names.get(ranges);
      names.set(ranges, others === undefined ? name : `${others}, ${name}`);
    }
    return [...names];
  }
}
