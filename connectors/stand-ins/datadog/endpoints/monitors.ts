import type { Json, JsonObject } from '../../../../src/encode/json-object.js';
import type { Clock } from '../../../../src/time/clock.js';
import type { AssetDesk } from '../account/account-assets.js';
import { found, lackingIn, NOT_FOUND, objectOf, refused, wholeOf } from './asset-answers.js';

const FIRST_ID = 141_000_000;
const DEFAULT_PAGE = 100;
const DEFAULT_OPTIONS = {
  include_tags: true,
  new_host_delay: 300,
  notify_audit: false,
  silenced: {},
  renotify_interval: null,
};

/** `/api/v1/monitor` and `/api/v1/monitor/validate`: the listing is filtered by tags and comes in pages. */
export function createMonitors(clock: Clock): AssetDesk {
  const monitors = new Map<number, JsonObject>();

  const now = () => new Date(clock.now()).toISOString();
  const add = (body: JsonObject): JsonObject => {
    const id = FIRST_ID + made++;
    const monitor = {
      name: '',
      message: '',
      tags: [],
      ...body,
      options: { ...DEFAULT_OPTIONS, ...objectOf(body.options) },
      id,
      overall_state: 'No Data',
      created: now(),
      modified: now(),
    };
    monitors.set(id, monitor);
    return monitor;
  };
  let made = 0;

  return {
    get all() {
      return [...monitors.values()];
    },
    add,
    answer(method, path, query, sent) {
      const body = objectOf(sent);
      if (path === '' && method === 'GET') return found(pageOf([...monitors.values()], query));
      if (path === '' || path === 'validate') {
        const wrong = faultsOf(body);
        if (wrong.length > 0) return refused(400, ...wrong);
        return found(path === '' ? add(body) : {});
      }
      const id = Number(path);
      const there = monitors.get(id);
      if (there === undefined) return NOT_FOUND;
      if (method === 'GET') return found(there);
      if (method === 'DELETE') {
        monitors.delete(id);
        return found({ deleted_monitor_id: id });
      }
      // What an update does not name stays.
      const changed = { ...there, ...body, id, modified: now() };
      const wrong = faultsOf(changed);
      if (wrong.length > 0) return refused(400, ...wrong);
      monitors.set(id, changed);
      return found(changed);
    },
  };
}

function pageOf(monitors: readonly JsonObject[], query: URLSearchParams): readonly JsonObject[] {
  const wanted = query.get('monitor_tags')?.split(',') ?? [];
  const having = monitors.filter(({ tags }) => wanted.every((tag) => listOf(tags).includes(tag)));
  if (!query.has('page')) return having;
  const size = wholeOf(query, 'page_size', DEFAULT_PAGE);
  const start = wholeOf(query, 'page', 0) * size;
  return having.slice(start, start + size);
}

function faultsOf(monitor: JsonObject): readonly string[] {
  const lacks = lackingIn(monitor, ['type', 'query']);
  if (lacks.length > 0) return lacks;
  const { critical = null } = objectOf(objectOf(monitor.options).thresholds);
  const inQuery = /[<>]=?\s*(-?[\d.]+)$/.exec(String(monitor.query))?.[1];
  if (inQuery === undefined) return ["The value provided for parameter 'query' is invalid"];
  return critical === null || Number(inQuery) === critical
    ? []
    : [`Alert threshold (${critical}) does not match that used in the query (${inQuery}).`];
}

function listOf(tags: Json | undefined): readonly Json[] {
  return Array.isArray(tags) ? tags : [];
}
