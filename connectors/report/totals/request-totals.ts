import type { Row } from '../../../src/streams/field.js';
import { excerpt } from '../../../src/text/one-line.js';
import { type RequestRow, requests } from '../../deepgram/streams/requests.js';
import { type KeyGroup, REQUEST_GROUP_SUMS, type RequestCount, type RequestTotals } from './entry.js';
import { GroupSums, type Sums } from './largest.js';
import { addLatency, type Histogram } from './latency-histogram.js';
import { inParts, partsIn } from './measure-parts.js';

/** Adds up requests of a day. */
export function requestTotals() {
  const counts: Record<RequestCount, number> = { requests: 0, error: 0, priced: 0 };
  const models = new GroupSums<string | null>(REQUEST_GROUP_SUMS.length);
  const keys = new GroupSums<KeyGroup>(REQUEST_GROUP_SUMS.length);
  const errors = new GroupSums<readonly [number | null, string | null]>(1);
  const latencies: Histogram = new Map();
  return {
    add(given: Row): void {
      const row = given as RequestRow; // safe: the stream is that of requests
      const values = [
        inParts(row.cost_usd, PARTS.cost_usd),
        1,
        row.status === 'error' ? 1 : 0,
        inParts(row.audio_seconds, PARTS.audio_seconds),
      ];
      counts.requests += 1;
      if (row.status === 'error') counts.error += 1;
      // Where there are no prices, some requests cost zero and others nothing.
      else if (values[0] !== 0) counts.priced += 1;
      addTo(models.of(row.model ?? '', () => row.model).sums, values);
      const key = keys.of(row.api_key_id ?? '', () => ({
        id: row.api_key_id,
        name: row.api_key_name,
        last: row.created_at,
      }));
      if (row.created_at > key.group.last) key.group.last = row.created_at;
      addTo(key.sums, values);
      if (row.status === 'error') {
        const { code } = row;
        const message = row.error_message === null ? null : excerpt(row.error_message);
        addTo(errors.of(`${code ?? ''} ${message ?? ''}`, () => [code, message]).sums, [1]);
      }
      if (row.latency_ms !== null && row.method !== 'streaming') addLatency(latencies, row.latency_ms);
    },
    totals: (): RequestTotals => ({
      counts,
      models: models.largest(),
      keys: keys.largest(),
      errors: errors.largest(),
      latencies: [...latencies].sort(([one], [other]) => one - other),
    }),
  };
}

function addTo(sums: Sums, values: readonly number[]): void {
  for (let at = 0; at < values.length; at += 1) sums[at] = (sums[at] ?? 0) + (values[at] ?? 0);
}

const PARTS = { cost_usd: partsOfField('cost_usd'), audio_seconds: partsOfField('audio_seconds') };

function partsOfField(name: string): number {
  const field = requests.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`requests have no field ${name}`);
  return partsIn(field);
}
