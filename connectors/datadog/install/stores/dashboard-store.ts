import { ExportError } from '../../../../src/errors/export-error.js';
import { isObject, type JsonObject } from '../../shared/json.js';
import type { Asset } from '../assets/datadog-assets.js';
import type { AccountClient } from '../client/account-client.js';
import { appAddress } from '../client/app-address.js';
import { listed, objectIn, textIn } from '../client/json-guards.js';
import { pages } from '../client/pages.js';
import type { Installed, Shelf } from './asset-store.js';

const PAGE = 100;

/** A dashboard has no tags of one's own, so its mark is in the description: `[deepgram-export:dashboard:abc-def]`. */
const MARK = /\[deepgram-export:(dashboard)(?::([\w-]+))?\]/;

/** What people set beside the widgets. An update replaces all of a dashboard, so it is written back. */
const KEPT = ['tags', 'notify_list', 'restricted_roles', 'template_variable_presets'] as const;

/** @see https://docs.datadoghq.com/api/latest/dashboards/ */
export function dashboardShelf(client: AccountClient): Shelf {
  const list = async (page: number) => {
    const answer = await client.call({
      what: 'list the dashboards',
      use: ({ dashboards }) => dashboards.listDashboards({ count: PAGE, start: page * PAGE }),
    });
    return listed(isObject(answer) ? answer.dashboards : undefined, 'list the dashboards');
  };
  return {
    kind: 'dashboard',
    async marked() {
      const all = await pages(list, idOf);
      return all.flatMap((dashboard) => describe(dashboard) ?? []);
    },
    read: async (dashboardId) =>
      objectIn(
        await client.call({
          what: `read the dashboard ${dashboardId}`,
          use: ({ dashboards }) => dashboards.getDashboard({ dashboardId }),
        }),
        'read the dashboard',
      ),
    create: async (body) =>
      objectIn(
        await client.call({
          what: 'create the dashboard',
          tries: 'once',
          use: ({ dashboards, asIs }) => dashboards.createDashboard({ body: asIs(body) }),
        }),
        'create the dashboard',
      ),
    async update(dashboardId, body) {
      await client.call({
        what: `update the dashboard ${dashboardId}`,
        use: ({ dashboards, asIs }) => dashboards.updateDashboard({ dashboardId, body: asIs(body) }),
      });
    },
    async remove(dashboardId) {
      await client.call({
        what: `remove the dashboard ${dashboardId}`,
        use: ({ dashboards }) => dashboards.deleteDashboard({ dashboardId }),
      });
    },
    async validate() {}, // Datadog has no such call for dashboards
    describe,
    wanted,
    urlOf: (id) => `${appAddress(client.site)}/dashboard/${encodeURIComponent(id)}`,
  };
}

function describe(dashboard: JsonObject): Installed | undefined {
  const [, name, owner] = MARK.exec(textIn(dashboard, 'description')) ?? [];
  const id = idOf(dashboard);
  if (name === undefined || id === '') return undefined;
  return { id, title: textIn(dashboard, 'title'), name, createdAt: textIn(dashboard, 'created_at'), owner };
}

/** Title and description are people's, as long as the mark stays. */
function wanted({ body }: Asset, there: JsonObject): JsonObject {
  const id = idOf(there);
  const [mark] = MARK.exec(textIn(there, 'description')) ?? [];
  if (mark === undefined) throw unmarked(id);
  const kept = KEPT.flatMap((name) => {
    const value = there[name];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...body,
    title: textIn(there, 'title') || textIn(body, 'title'),
    description: textIn(there, 'description').replace(mark, () => `[deepgram-export:dashboard:${id}]`),
  };
}

function unmarked(id: string): ExportError {
  return new ExportError('SINK_REFUSED', `The dashboard ${id} has lost its mark while it was looked at.`, {
    kind: 'transient',
    hint: 'Run the command again.',
  });
}

function idOf(dashboard: JsonObject): string {
  return textIn(dashboard, 'id');
}
