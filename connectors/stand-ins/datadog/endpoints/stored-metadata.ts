import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject as isObject, type JsonObject } from '../../../../src/encode/json-object.js';
import { answer, bodyOf } from '../server/server.js';
import { found, refused } from './asset-answers.js';

/** What the account keeps about its metrics. */
export interface MetricMetadata {
  /** By metric; what was never set is not there. */
  readonly of: ReadonlyMap<string, JsonObject>;
  /** `GET deepgram.requests`, refused ones included. */
  readonly calls: readonly string[];
  /** Sets it as a person would. */
  set(metric: string, metadata: JsonObject): void;
  serves(request: IncomingMessage): boolean;
  take(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const PATH = /^\/api\/v1\/metrics\/([^/?]+)$/;
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
export function metricMetadata(appKey: string | undefined, has: (metric: string) => boolean): MetricMetadata {
  const of = new Map<string, JsonObject>();
  const calls: string[] = [];
  return {
    of,
    calls,
    set: (metric, metadata) => of.set(metric, metadata),
    serves: ({ url = '' }) => PATH.test(url),
    async take(request, response) {
      const name = decodeURIComponent(PATH.exec(request.url ?? '')?.[1] ?? '');
      calls.push(`${request.method} ${name}`);
      const body = (await bodyOf(request)).toString('utf8');
      if (appKey === undefined || request.headers['dd-application-key'] !== appKey) {
        return answer(response, refused(403, 'Forbidden'));
      }
      if (!has(name)) return answer(response, refused(404, 'metric_name not found'));
      if (request.method === 'PUT') {
        const sent: unknown = JSON.parse(body);
        of.set(name, isObject(sent) ? sent : {});
      }
      answer(response, found({ ...UNSET, ...of.get(name) }));
    },
  };
}
