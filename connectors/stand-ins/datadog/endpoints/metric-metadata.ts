import { type JsonObject, objectOf } from '../account/json.js';
import { found, refused } from './answers.js';
import type { ApplicationEndpoint } from './application-endpoint.js';

/** What the account keeps about its metrics. */
export interface MetricMetadata extends ApplicationEndpoint {
  /** By metric; what was never set is not there. */
  readonly of: ReadonlyMap<string, JsonObject>;
  /** `GET deepgram.requests`, refused ones included. */
  readonly calls: readonly string[];
  /** Sets it as a person would. */
  set(metric: string, metadata: JsonObject): void;
}

const UNSET = {
  description: null,
  short_name: null,
  type: null,
  unit: null,
  per_unit: null,
  statsd_interval: null,
  integration: null,
};

/** `/api/v1/metrics/{name}`: 404 for a metric that no point was sent of. `has`: one was sent. */
export function metricMetadata(has: (metric: string) => boolean): MetricMetadata {
  const of = new Map<string, JsonObject>();
  const calls: string[] = [];
  return {
    of,
    calls,
    set: (metric, metadata) => of.set(metric, metadata),
    pattern: /^\/api\/v1\/metrics\/([^/]+)$/,
    receive({ method, captured: [name = ''] }) {
      calls.push(`${method} ${decodeURIComponent(name)}`);
      return undefined;
    },
    answer({ method, captured: [encoded = ''], body }) {
      const name = decodeURIComponent(encoded);
      if (!has(name)) return refused(404, 'metric_name not found');
      if (method === 'PUT') of.set(name, objectOf(JSON.parse(body.toString('utf8'))));
      return found({ ...UNSET, ...of.get(name) });
    },
  };
}
