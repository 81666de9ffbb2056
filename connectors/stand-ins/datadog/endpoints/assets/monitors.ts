import type { Clock } from '../../../../../src/time/clock.js';
import { type Json, type JsonObject, objectOf } from '../../account/json.js';
import { wholeOf } from '../answers.js';
import { type AssetHandler, assetHandler, lackingIn } from './asset-handler.js';

const FIRST_ID = 141_000_000;
const DEFAULT_PAGE = 100;
const DEFAULT_OPTIONS = {
  include_tags: true,
  new_host_delay: 300,
  notify_audit: false,
  notify_no_data: false,
  silenced: {},
  renotify_interval: null,
};

/** `/api/v1/monitor` and `/api/v1/monitor/validate`: the listing is filtered by tags and comes in pages. */
export function createMonitors(clock: Clock): AssetHandler {
  const now = () => new Date(clock.now()).toISOString();
  return assetHandler({
    kind: 'monitor',
    create: (body, number) => ({
      name: '',
      message: '',
      tags: [],
      ...body,
      options: { ...DEFAULT_OPTIONS, ...objectOf(body.options) },
      id: FIRST_ID + number,
      overall_state: 'No Data',
      created: now(),
      modified: now(),
    }),
    // What an update does not name stays.
    update: (monitor, body) => ({ ...monitor, ...body, id: monitor.id ?? null, modified: now() }),
    list: pageOf,
    faultsOf,
  });
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
  const options = objectOf(monitor.options);
  const { critical = null } = objectOf(options.thresholds);
  const {
    on_missing_data: onMissing,
    notify_no_data: notifies = false,
    no_data_timeframe: after = null,
  } = options;
  if (onMissing !== undefined && (notifies !== false || after !== null))
    return ["The options 'on_missing_data' and 'notify_no_data' or 'no_data_timeframe' exclude each other"];
  const inQuery = /[<>]=?\s*(-?[\d.]+)$/.exec(String(monitor.query))?.[1];
  if (inQuery === undefined) return ["The value provided for parameter 'query' is invalid"];
  return critical === null || Number(inQuery) === critical
    ? []
    : [`Alert threshold (${critical}) does not match that used in the query (${inQuery}).`];
}

function listOf(tags: Json | undefined): readonly Json[] {
  return Array.isArray(tags) ? tags : [];
}
