import { mix, Random } from '../../random/random.js';

/** Microseconds of a day. */
export const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;

/** How much of a day's work falls into each UTC hour: nights are quiet, noon dips. */
const HOURS = [3, 2, 2, 2, 3, 5, 9, 14, 22, 28, 30, 28, 22, 27, 32, 33, 31, 27, 20, 14, 10, 8, 6, 4];
const TOTAL = HOURS.reduce((sum, weight) => sum + weight, 0);
/** Share of the day's requests that came before each hour. */
const BEFORE = HOURS.map((_, hour) => HOURS.slice(0, hour).reduce((sum, weight) => sum + weight, 0) / TOTAL);

/** Of each 16 requests, the last 4 come as a burst within one thousandth of their usual span. */
const GROUP = 16;
const BURST = 4;
const BURST_SPAN = 0.001;
/** In every eighth group the burst falls into one single microsecond. */
const SAME_MOMENT = 8;

/**
 * Microsecond of the day at which request `index` of `count` arrives. It never falls as the index rises, so a
 * time range is an index range; times repeat here and there, as they do in a busy account.
 */
export function arrivalOf(daySeed: number, index: number, count: number): number {
  const share = Math.min(placeInDay(daySeed, index) / count, 1);
  const hour = hourOf(share);
  const from = BEFORE[hour] ?? 0;
  const width = (HOURS[hour] ?? 1) / TOTAL;
  return Math.min(Math.floor((hour + (share - from) / width) * HOUR_US), DAY_US - 1);
}

/** The first index whose arrival is at or after this microsecond of the day; `count` when there is none. */
export function firstIndexAt(daySeed: number, microsecond: number, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (arrivalOf(daySeed, middle, count) < microsecond) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index with a little disorder, so that arrivals are not evenly spaced. */
function placeInDay(daySeed: number, index: number): number {
  const burst = (index % GROUP) - (GROUP - BURST);
  if (burst < 0) return index + new Random(mix(daySeed, index)).fraction();
  const start = index - burst;
  if (mix(daySeed, start) % SAME_MOMENT === 0) return start;
  return start + (burst + new Random(mix(daySeed, index)).fraction()) * BURST_SPAN;
}

function hourOf(share: number): number {
  let hour = 0;
  while (hour < 23 && (BEFORE[hour + 1] ?? 1) <= share) hour++;
  return hour;
}
