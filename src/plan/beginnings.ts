import type { CheckpointKey } from '../checkpoints/checkpoints.js';
import { addDays, type Day, dayAt } from '../time/day.js';
import type { PlanOptions, Taker } from './plan.js';

/**
 * The first day that may be read for each sink. Where one has begun earlier than the window, the others get that
 * history too; but not the history that a sink asks for itself.
 */
export function beginningsOf<T extends Taker>(
  takers: readonly T[],
  of: Omit<CheckpointKey, 'sink'>,
  oldest: Day | undefined,
  { window, book }: Pick<PlanOptions<T>, 'window' | 'book'>,
): ReadonlyMap<T, Day> {
  const histories = new Map(takers.map((taker) => [taker, historyStart(taker, oldest, { window, book })]));
  const known = (taker: T): readonly Day[] => {
    const day = book.firstDay({ ...of, sink: taker.name });
    return day === undefined ? [] : [day];
  };
  const sharing = takers.filter((taker) => histories.get(taker) === undefined);
  const [shared = window.since] = [window.since, ...sharing.flatMap(known)].sort();
  return new Map(
    takers.map((taker) => {
      const [begin = shared] = [shared, ...known(taker), histories.get(taker) ?? shared].sort();
      return [taker, begin];
    }),
  );
}

/**
 * Where the history that a sink asks for begins, as far as the source goes back; undefined where it gets none. Without
 * a state, every run would read all of it.
 */
function historyStart(
  { historyDays }: Taker,
  oldest: Day | undefined,
  { window, book }: Pick<PlanOptions<Taker>, 'window' | 'book'>,
): Day | undefined {
  if (historyDays === undefined || !window.isDefault || !book.remembers) return undefined;
  const begin = addDays(dayAt(window.now), 1 - historyDays);
  return oldest !== undefined && oldest > begin ? oldest : begin;
}
