import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../../../src/encode/json-object.js';
import type { Clock } from '../../../../src/time/clock.js';
import { refused } from '../endpoints/asset-answers.js';
import { createDashboards } from '../endpoints/dashboards.js';
import { createMonitors } from '../endpoints/monitors.js';
import { type Answer, answer, bodyOf } from '../server/server.js';

/** What goes wrong with the next call: before it is done, or after it, so that only its answer is lost. */
export type AssetFault =
  | { readonly when: 'before'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly when: 'after' };

/** A call that changed something, or tried to. */
export interface AssetCall {
  /** `POST /api/v1/dashboard` */
  readonly call: string;
  readonly body: Json | undefined;
}

/** One kind of asset: what the account has, and what is answered to a call for it. */
export interface AssetDesk {
  /** In the order of their creation. */
  readonly all: readonly JsonObject[];
  /** Puts something there as a person would. */
  add(body: JsonObject): JsonObject;
  /** `id` is the rest of the path; `query` that of the URL. */
  answer(method: string, id: string, query: URLSearchParams, body: Json | undefined): Answer;
}

/** The dashboards and monitors of the account. */
export interface AccountAssets {
  readonly dashboards: AssetDesk;
  readonly monitors: AssetDesk;
  /** Every call that is not a mere reading, refused ones included. */
  readonly calls: readonly AssetCall[];
  /** How many calls came, readings included. */
  readonly count: number;
  /** By call, such as `POST /api/v1/dashboard`; each meets one call. A test adds to them. */
  readonly faults: Map<string, AssetFault[]>;
  serves(request: IncomingMessage): boolean;
  take(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const PATH = /^\/api\/v1\/(dashboard|monitor)(?:\/([\w-]+))?$/;

/** What Datadog documents about dashboards and monitors: 403 without the application key, pages, ids, defaults. */
export function accountAssets({
  appKey,
  clock,
}: {
  readonly appKey?: string;
  readonly clock: Clock;
}): AccountAssets {
  const dashboards = createDashboards(clock);
  const monitors = createMonitors(clock);
  const calls: AssetCall[] = [];
  const faults = new Map<string, AssetFault[]>();
  let count = 0;
  return {
    dashboards,
    monitors,
    calls,
    get count() {
      return count;
    },
    faults,
    serves: (request) => PATH.test(urlOf(request).pathname),
    async take(request, response) {
      const url = urlOf(request);
      const [, kind, id = ''] = PATH.exec(url.pathname) ?? [];
      const method = request.method ?? 'GET';
      const call = `${method} ${url.pathname}`;
      const body = await jsonOf(request);
      count += 1;
      if (method !== 'GET') calls.push({ call, body });
      const fault = faults.get(call)?.shift();
      if (fault?.when === 'before')
        return answer(response, {
          ...refused(fault.status, `Fault ${fault.status}`),
          headers: fault.headers ?? {},
        });
      if (appKey === undefined || request.headers['dd-application-key'] !== appKey)
        return answer(response, refused(403, 'Forbidden'));
      const desk = kind === 'dashboard' ? dashboards : monitors;
      const said = desk.answer(method, id, url.searchParams, body);
      if (fault?.when === 'after') response.destroy();
      else answer(response, said);
    },
  };
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://127.0.0.1');
}

async function jsonOf(request: IncomingMessage): Promise<Json | undefined> {
  const text = (await bodyOf(request)).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}
