import type { HeldPartition } from '../catalogue/sink.js';

/** What one reading of a day gave. */
export interface GivenDay extends HeldPartition {
  /** Records that could not be understood. */
  readonly unreadable: number;
}

/**
 * Why a reading is not to replace what is delivered on its own word:
 * - `nothing`: it gave no record at all;
 * - `fewer`: it gave fewer records, or sums that are much smaller;
 * - `unreadable`: fewer, because more than a few of its records could not be understood.
 */
export type Doubt = 'nothing' | 'fewer' | 'unreadable';

/** A sum may be so much smaller: costs and durations are restated. */
const SMALLER_BY = 0.1;
/** So large a part of the records may be unreadable. */
const UNREADABLE_PART = 0.01;

/** @param before what is delivered; undefined where nothing is known to be */
export function doubtOf(given: GivenDay, before: HeldPartition | undefined): Doubt | undefined {
  if (before === undefined || before.records === 0) return undefined;
  const { records, unreadable } = given;
  const isUnreadable = unreadable > UNREADABLE_PART * (records + unreadable);
  if (isUnreadable && records < before.records) return 'unreadable';
  if (records === 0) return 'nothing';
  return records < before.records || hasSmallerSum(given, before) ? 'fewer' : undefined;
}

function hasSmallerSum({ sums }: HeldPartition, before: HeldPartition): boolean {
  return Object.entries(before.sums).some(
    ([name, sum]) => sum > 0 && (sums[name] ?? 0) < (1 - SMALLER_BY) * sum,
  );
}
