import type { Encoder } from '../../../../src/deliver/encoded-stream.js';
import type { Dictionary } from '../../../../src/encode/dictionary.js';
import type { Field, Value } from '../../../../src/streams/field.js';
import { epochMs } from '../../../../src/time/timestamp.js';
import { requests } from '../../../deepgram/streams/requests.js';
import { type Dimension, ownDimensions, tagsOf } from '../../shared/dimensions.js';

/** What the metrics need of requests, in their order; those without an outcome yet are only counted. */
export interface RequestColumns {
  readonly undecided: number;
  /** Of each request the tags that it does not have in common with all others; most share a list with others. */
  readonly tags: readonly (readonly string[])[];
  /** Of each request the start of its bucket, in milliseconds since the epoch. */
  readonly buckets: Float64Array;
  /** Of each request the {@link MEASURES}, one after the other, and its latency; NaN for what it does not have. */
  readonly numbers: Float64Array;
}

const FIELDS = new Set<string>(requests.fields.map(({ name }) => name));
const SUMMED = new Set(['audio_seconds', 'cost_usd', 'tokens_in', 'tokens_out', 'tts_characters']);
/** What is added up of requests. */
export const MEASURES: readonly Field[] = requests.fields.filter((field) => SUMMED.has(field.name));

/** Numbers of a request: the measures, and the latency behind them. */
export const NUMBERS = MEASURES.length + 1;

/**
 * Their status, method and model are not known yet. Sent now, they would be counted under those tags, and under the
 * true ones later: the first count would stay.
 */
export const UNDECIDED: ReadonlySet<Value> = new Set(['pending', 'unknown']);

/** Takes the columns of the stream `requests` apart for the metrics, in buckets of `intervalMs`. */
export function requestColumns(
  dictionary: Dictionary,
  dimensions: readonly Dimension[],
  intervalMs: number,
): Encoder<RequestColumns> {
  const own = ownDimensions(dimensions);
  const fields = own.flatMap((dimension) => dimension.fields).filter((field) => FIELDS.has(field));
  const tagsIn = dictionary.memoize(fields, (row) => own.flatMap((dimension) => tagsOf(dimension, row)));
  const status = dictionary.positionOf('status');
  const created = dictionary.positionOf('created_at');
  const measured = [...MEASURES.map(({ name }) => name), 'latency_ms'].map((name) =>
    dictionary.positionOf(name),
  );

  return {
    encode(records) {
      const decided = records.filter(({ values }) => !UNDECIDED.has(values[status] ?? null));
      const tags: (readonly string[])[] = [];
      const buckets = new Float64Array(decided.length);
      const numbers = new Float64Array(decided.length * NUMBERS);
      for (const [at, record] of decided.entries()) {
        tags.push(tagsIn(record));
        buckets[at] = bucketOf(record.values[created] ?? null, intervalMs);
        for (let i = 0; i < NUMBERS; i += 1) {
          const value = record.values[measured[i] ?? -1];
          // What is not finite Datadog would read as null.
          numbers[at * NUMBERS + i] =
            typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
        }
      }
      const undecided = records.length - decided.length;
      return { undecided, tags, buckets, numbers };
    },
  };
}

function bucketOf(created: Value, intervalMs: number): number {
  return Math.floor(epochMs(typeof created === 'string' ? created : '') / intervalMs) * intervalMs;
}
