import type { Row } from '../../../src/streams/field.js';

/** A metric of Datadog: its full name, what is said about it beside every point, and what it is in words. */
export type Metric = {
  readonly name: string;
  readonly unit?: string;
  readonly description: string;
} & (
  | { readonly kind: 'gauge' }
  | {
      readonly kind: 'count';
      /** Seconds that one point counts over. */
      readonly interval: number;
    }
);

/** One value at one moment; `timestamp` in whole seconds since the epoch, `value` always finite. */
export interface Point {
  readonly metric: Metric;
  readonly timestamp: number;
  readonly value: number;
}

/** Records that went into the same points, and so share their outcome. */
export interface Group {
  readonly records: number;
  /** Normalized, sorted, without repeats: part of the identity of every point. */
  readonly tags: readonly string[];
  /** Empty where none of the records' measures has a value. */
  readonly points: readonly Point[];
  /** Why the records are left out, where they are on purpose; then there are no points. */
  readonly leftOut?: string;
}

/**
 * What a partition's records add up to. It holds one group for each moment and tag set, whatever the number of
 * records, and no two points with the same metric, tags and timestamp: Datadog would keep only the last.
 */
export interface Aggregate<Given = Row> {
  add(given: Given): void;
  /** How many records have `other` for a tag, by the name of the tag. Left out where nothing is ever folded. */
  readonly folded?: ReadonlyMap<string, number>;
  /** `now` in milliseconds: the moment that live gauges are dated with. */
  groups(now: number): Iterable<Group>;
}
