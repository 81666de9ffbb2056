import { isObject, type Json, type JsonObject } from '../../shared/json.js';
import { keepingLimits, type Limits } from '../assets/monitor-limits.js';
import type { AccountClient } from '../client/account-client.js';
import { appAddress } from '../client/app-address.js';
import { listed, objectIn, textIn } from '../client/json-guards.js';
import { pages } from '../client/pages.js';
import type { Installed, Shelf } from './asset-store.js';

const PAGE = 100;
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
export function monitorShelf(client: AccountClient, { notify, limits }: MonitorChoice): Shelf {
  const list = async (page: number) =>
    listed(
      await client.call({
        what: 'list the monitors',
        use: ({ monitors }) => monitors.listMonitors({ monitorTags: MANAGED, page, pageSize: PAGE }),
      }),
      'list the monitors',
    );
  return {
    kind: 'monitor',
    async marked() {
      const all = await pages(list, idOf);
      return all.flatMap((monitor) => describe(monitor) ?? []);
    },
    read: async (id) =>
      objectIn(
        await client.call({
          what: `read the monitor ${id}`,
          use: ({ monitors }) => monitors.getMonitor({ monitorId: Number(id) }),
        }),
        'read the monitor',
      ),
    create: async (body) =>
      objectIn(
        await client.call({
          what: `create the monitor "${textIn(body, 'name')}"`,
          tries: 'once',
          use: ({ monitors, asIs }) => monitors.createMonitor({ body: asIs(notifying(body)) }),
        }),
        'create the monitor',
      ),
    async update(id, body) {
      await client.call({
        what: `update the monitor ${id}`,
        use: ({ monitors, asIs }) => monitors.updateMonitor({ monitorId: Number(id), body: asIs(body) }),
      });
    },
    async remove(id) {
      await client.call({
        what: `remove the monitor ${id}`,
        use: ({ monitors }) => monitors.deleteMonitor({ monitorId: Number(id) }),
      });
    },
    async validate(body) {
      await client.call({
        what: `validate the monitor "${textIn(body, 'name')}"`,
        use: ({ monitors, asIs }) => monitors.validateMonitor({ body: asIs(body) }),
      });
    },
    describe,
    wanted: ({ name, body }, there) =>
      wanted(keepingLimits(notifying(body), name, there, limits), there, notify !== undefined),
    urlOf: (id) => `${appAddress(client.site)}/monitors/${encodeURIComponent(id)}`,
  };

  function notifying(body: JsonObject): JsonObject {
    return notify === undefined ? body : { ...body, message: `${textIn(body, 'message')}\n\n${notify}` };
  }
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
function wanted(body: JsonObject, there: JsonObject, withMessage: boolean): JsonObject {
  const { query = '', message = '', options = {} } = body;
  const marks = [...tagsOf(body), `${OWNER}${idOf(there)}`];
  return {
    query,
    ...(withMessage ? { message } : {}),
    tags: [...new Set([...tagsOf(there).filter((tag) => !tag.startsWith(OWNER)), ...marks])],
    options: { ...objectOrNone(there.options), ...objectOrNone(options) },
  };
}

function tagsOf({ tags }: JsonObject): readonly string[] {
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

function objectOrNone(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function idOf({ id }: JsonObject): string {
  return Number.isSafeInteger(id) ? String(id) : '';
}
