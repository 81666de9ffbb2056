import { ExportError } from '../../../../src/errors/export-error.js';
import { isJsonObject, type JsonObject } from '../../../../src/text/json-object.js';
import { appAddress } from '../../shared/app-address.js';
import type { DatadogClient } from '../../shared/datadog-client.js';
import { official } from '../../shared/official-client.js';
import type { Asset } from '../assets/datadog-assets.js';
import { assetCalls } from './asset-calls.js';
import type { AssetStore, Installed } from './asset-store.js';
import { listed, objectIn, textIn } from './json-guards.js';
import { pages } from './pages.js';

const PAGE = 100;

/** A dashboard has no tags of one's own, so its mark is in the description: `[deepgram-export:dashboard:abc-def]`. */
const MARK = /\[deepgram-export:(dashboard)(?::([\w-]+))?\]/;

/** What people set beside the widgets. An update replaces all of a dashboard, so it is written back. */
const KEPT = ['tags', 'notify_list', 'restricted_roles', 'template_variable_presets'] as const;

/** @see https://docs.datadoghq.com/api/latest/dashboards/ */
export function dashboardStore(client: DatadogClient, signal: AbortSignal): AssetStore {
  const call = assetCalls(official.dashboards, client, signal);
  const list = async (page: number) => {
    const answer = await call('list the dashboards', (api) =>
      api.listDashboards({ count: PAGE, start: page * PAGE }),
    );
    return listed(isJsonObject(answer) ? answer.dashboards : undefined, 'list the dashboards');
  };
  return {
    kind: 'dashboard',
    async marked() {
      const all = await pages(list, idOf);
      return all.flatMap((dashboard) => describe(dashboard) ?? []);
    },
    async read(dashboardId) {
      const answer = await call(`read the dashboard ${dashboardId}`, (api) =>
        api.getDashboard({ dashboardId }),
      );
      return objectIn(answer, 'read the dashboard');
    },
    async create(body) {
      const answer = await call(
        'create the dashboard',
        (api, asIs) => api.createDashboard({ body: asIs(body) }),
        { tries: 'once' },
      );
      return objectIn(answer, 'create the dashboard');
    },
    update: (dashboardId, body) =>
      call(`update the dashboard ${dashboardId}`, (api, asIs) =>
        api.updateDashboard({ dashboardId, body: asIs(body) }),
      ),
    remove: (dashboardId) =>
      call(`remove the dashboard ${dashboardId}`, (api) => api.deleteDashboard({ dashboardId })),
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
function wanted({ body }: Asset, current: JsonObject): JsonObject {
  const id = idOf(current);
  const [mark] = MARK.exec(textIn(current, 'description')) ?? [];
  if (mark === undefined) throw unmarked(id);
  const kept = KEPT.flatMap((name) => {
    const value = current[name];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...body,
    title: textIn(current, 'title') || textIn(body, 'title'),
    description: textIn(current, 'description').replace(mark, () => `[deepgram-export:dashboard:${id}]`),
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
