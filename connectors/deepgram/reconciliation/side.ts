import type { InputReading } from '../../../src/catalogue/source.js';
import type { Stream } from '../../../src/streams/stream.js';

/** What the request log and usage are called within a sentence. */
export const CALLED = { log: 'the request log', usage: 'usage' } as const;

/** One of two streams that say the same of a day. */
export interface Side {
  readonly stream: Stream;
  /** What it is called within a sentence: `the request log`. */
  readonly called: string;
  /** Undefined where it was not read, as far as it is known. */
  readonly reading: InputReading | undefined;
  /** Undefined where the reading does not say. */
  readonly value: number | undefined;
}

/** A sum of a reading. Undefined where no record has a value of it; a day without any record has used nothing. */
export function sumOf(reading: InputReading | undefined, name: string): number | undefined {
  if (reading === undefined) return undefined;
  if (reading.records === 0) return 0;
  return reading.counts?.[name] ? reading.sums[name] : undefined;
}

/** True where a version of this program has read it that kept less of it. */
export function isOfOlderVersion({ reading }: Side): boolean {
  return reading !== undefined && reading.counts === undefined && reading.records > 0;
}
