import type { InputReading, Inputs } from '../../../src/catalogue/source.js';
import type { Stream } from '../../../src/streams/stream.js';
import { addDays, type Day, daysThrough } from '../../../src/time/day.js';
import type { ProjectMemory } from '../account/project-memory.js';
import { MOST_DAYS_BETWEEN_LOOKS } from '../streams/reconciliation.js';
import type { Comparison } from './compare.js';

/** Cents of each day that lies between two looks. */
const TOLERANCE_A_DAY = 0.01;

/**
 * What is gone of the balance since the look before, against billing, purchases and credit that has expired. Of the days
 * of both looks nobody knows how much was billed before and after: all of it may be, or nothing.
 *
 * @returns undefined where there was no look on that day, or none before
 */
export async function balanceComparison(
  day: Day,
  streams: readonly Stream[],
  inputs: Inputs,
  memory: ProjectMemory,
): Promise<Comparison | undefined> {
  const looks = streams.find(({ kind }) => kind === 'balances');
  const billing = streams.find(({ kind, groupings }) => kind === 'billing' && groupings.length === 0);
  const now = looks && (await inputs(looks, day));
  if (!looks || !billing || now === undefined) return undefined;
  const before = await lookBefore(looks, day, inputs);
  if (before === undefined) return undefined;
  const days = daysThrough(before.day, day);
  const bills = await Promise.all(days.map((one) => inputs(billing, one)));
  const costs = bills.map((bill) => (bill?.records === 0 ? 0 : bill?.sums.cost_usd));
  const changes = changesBetween(before.reading.readAtMs, now.readAtMs, memory);
  const amounts = [before.reading, now].map(dollarsOf);
  const [first, last] = amounts;
  const isKnown = changes !== undefined && first !== undefined && last !== undefined;
  const gone = isKnown ? first - last + changes.bought : undefined;
  return {
    comparison: 'balance',
    unit: 'dollar',
    counted: { stream: looks, called: 'the balance', reading: now, value: gone },
    reported: {
      stream: billing,
      called: 'billing',
      reading: bills.at(-1),
      value: gone === undefined ? undefined : nearest(gone, costs, changes?.expired ?? 0),
    },
    tolerance: TOLERANCE_A_DAY * days.length,
    isOfMoments: true,
  };
}

async function lookBefore(
  looks: Stream,
  day: Day,
  inputs: Inputs,
): Promise<{ readonly day: Day; readonly reading: InputReading } | undefined> {
  for (let back = 1; back <= MOST_DAYS_BETWEEN_LOOKS; back += 1) {
    const reading = await inputs(looks, addDays(day, -back));
    if (reading) return { day: addDays(day, -back), reading };
  }
  return undefined;
}

/** Undefined where not all of it is in dollars, or an older version has read it. */
function dollarsOf({ records, sums, counts }: InputReading): number | undefined {
  if (counts === undefined || counts.dollars !== records || counts.amount !== records) return undefined;
  return sums.amount;
}

/**
 * The amount itself where it is between what was certainly billed and what may have been, else the nearer of these.
 *
 * @param expired nobody knows how much of it was left
 */
function nearest(gone: number, costs: readonly (number | undefined)[], expired: number): number | undefined {
  if (costs.some((cost) => cost === undefined)) return undefined;
  const sum = (some: readonly (number | undefined)[]) =>
    some.reduce<number>((all, cost) => all + (cost ?? 0), 0);
  return Math.min(Math.max(gone, sum(costs.slice(1, -1))), sum(costs) + expired);
}

/** Dollars bought and expired between two moments; undefined where purchases are not known. */
function changesBetween(
  fromMs: number,
  untilMs: number,
  memory: ProjectMemory,
): { readonly bought: number; readonly expired: number } | undefined {
  const orders = memory.get('purchases')?.entries.map(([, { details }]) => details);
  if (orders === undefined) return undefined;
  const isBetween = (moment: string | null | undefined) => {
    const ms = moment ? Date.parse(moment) : Number.NaN;
    return ms > fromMs && ms <= untilMs;
  };
  const amountOf = (moment: 'created_at' | 'expires_at') =>
    orders
      .filter((order) => isBetween(order?.[moment]))
      .reduce((sum, order) => sum + (order?.amount ?? 0), 0);
  return { bought: amountOf('created_at'), expired: amountOf('expires_at') };
}
