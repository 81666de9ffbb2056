import type { JsonObject } from '../../../../src/text/json-object.js';
import type { DatadogClient } from '../../shared/datadog-client.js';
import { official } from '../../shared/official-client.js';
import { keepLimits, type Limits, optionsOf } from '../assets/monitor-limits.js';
import { type AssetStore, assetStore, type Installed, PAGE_SIZE, textIn } from './asset-store.js';

const MANAGED = 'managed_by:deepgram-export';
const NAME = 'deepgram-export:';
const OWNER = 'deepgram-export-id:';

/** What the command line says about monitors; what it does not say stays as people have made it. */
export interface MonitorChoice {
  /** Who is told, as Datadog writes it. */
  readonly notify?: string | undefined;
  readonly limits: Partial<Limits>;
}

/**
 * Monitors, marked by tags.
 * @see https://docs.datadoghq.com/api/latest/monitors/
 */
export function monitorStore(
  client: DatadogClient,
  signal: AbortSignal,
  { notify, limits }: MonitorChoice,
): AssetStore {
  return assetStore(client, signal, {
    kind: 'monitor',
    api: official.monitors,
    list: (api, page) => api.listMonitors({ monitorTags: MANAGED, page, pageSize: PAGE_SIZE }),
    itemsOf: (answer) => answer,
    read: (api, id) => api.getMonitor({ monitorId: Number(id) }),
    create: (api, body) => api.createMonitor({ body }),
    update: (api, id, body) => api.updateMonitor({ monitorId: Number(id), body }),
    remove: (api, id) => api.deleteMonitor({ monitorId: Number(id) }),
    validate: (api, body) => api.validateMonitor({ body }),
    describe,
    wanted: ({ name, body }, current) =>
      wanted(keepLimits(notifying(body, notify), name, current, limits), current, notify !== undefined),
    pathOf: (id) => `/monitors/${id}`,
  });
}

/** With whom it tells at the end of its message, where somebody is given. */
export function notifying(body: JsonObject, notify: string | undefined): JsonObject {
  return notify === undefined ? body : { ...body, message: `${textIn(body, 'message')}\n\n${notify}` };
}

function describe(monitor: JsonObject): Installed | undefined {
  const tags = tagsOf(monitor);
  const name = tags.find((tag) => tag.startsWith(NAME))?.slice(NAME.length);
  const id = idOf(monitor);
  if (!tags.includes(MANAGED) || name === undefined || id === '') return undefined;
  return {
    id,
    title: textIn(monitor, 'name'),
    name,
    createdAt: textIn(monitor, 'created'),
    owner: tags.find((tag) => tag.startsWith(OWNER))?.slice(OWNER.length),
  };
}

/**
 * An update of a monitor leaves out what it does not name: the name stays people's, and so does the message unless it
 * is told who to notify. Their further tags and options are written back.
 */
function wanted(body: JsonObject, current: JsonObject, withMessage: boolean): JsonObject {
  const { query = '', message = '' } = body;
  const marks = [...tagsOf(body), `${OWNER}${idOf(current)}`];
  return {
    query,
    ...(withMessage ? { message } : {}),
    tags: [...new Set([...tagsOf(current).filter((tag) => !tag.startsWith(OWNER)), ...marks])],
    options: { ...withoutNoData(optionsOf(current)), ...optionsOf(body) },
  };
}

/**
 * Without the older options on missing data, which Datadog gives back with defaults of its own, and which
 * `on_missing_data` takes the place of.
 * @see https://docs.datadoghq.com/monitors/guide/on_missing_data/
 */
function withoutNoData({ notify_no_data: _, no_data_timeframe: __, ...options }: JsonObject): JsonObject {
  return options;
}

function tagsOf({ tags }: JsonObject): readonly string[] {
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

function idOf({ id }: JsonObject): string {
  return Number.isSafeInteger(id) ? String(id) : '';
}
