import type { Clock } from '../../../../../src/time/clock.js';
import type { Json } from '../../account/json.js';
import type { ApplicationEndpoint, CallFault } from '../application-endpoint.js';
import type { AssetHandler } from './asset-handler.js';
import { createDashboards } from './dashboards.js';
import { createMonitors } from './monitors.js';

/** A call that changed something, or tried to. */
export interface AssetCall {
  /** `POST /api/v1/dashboard` */
  readonly call: string;
  readonly body: Json | undefined;
}

/** The dashboards and monitors of the account. */
export interface AccountAssets extends ApplicationEndpoint {
  readonly dashboards: AssetHandler;
  readonly monitors: AssetHandler;
  /** Every call that is not a mere reading, refused ones included. */
  readonly calls: readonly AssetCall[];
  /** How many calls came, readings included. */
  readonly count: number;
  /** By call, such as `POST /api/v1/dashboard`; each meets one call. A test adds to them. */
  readonly faults: Map<string, CallFault[]>;
}

/** What Datadog documents about dashboards and monitors: pages, ids, defaults. */
export function accountAssets(clock: Clock): AccountAssets {
  const handlers = { dashboard: createDashboards(clock), monitor: createMonitors(clock) };
  const calls: AssetCall[] = [];
  const faults = new Map<string, CallFault[]>();
  let count = 0;
  return {
    dashboards: handlers.dashboard,
    monitors: handlers.monitor,
    calls,
    get count() {
      return count;
    },
    faults,
    pattern: /^\/api\/v1\/(dashboard|monitor)(?:\/([\w-]+))?$/,
    receive({ method, path, body }) {
      const call = `${method} ${path}`;
      count += 1;
      if (method !== 'GET') calls.push({ call, body: jsonOf(body) });
      return faults.get(call)?.shift();
    },
    answer({ method, captured: [kind, id = ''], query, body }) {
      const handler = kind === 'dashboard' ? handlers.dashboard : handlers.monitor;
      return handler.answer(method, id, query, jsonOf(body));
    },
  };
}

function jsonOf(body: Buffer): Json | undefined {
  return body.length === 0 ? undefined : JSON.parse(body.toString('utf8'));
}
