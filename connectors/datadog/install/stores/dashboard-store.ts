import { ExportError } from '../../../../src/errors/export-error.js';
import { isJsonObject, type JsonObject } from '../../../../src/text/json-object.js';
import type { DatadogClient } from '../../shared/datadog-client.js';
import { official } from '../../shared/official-client.js';
import type { Asset } from '../assets/datadog-assets.js';
import { type AssetStore, assetStore, type Installed, PAGE_SIZE, textIn } from './asset-store.js';

/** A dashboard has no tags of one's own, so its mark is in the description: `[deepgram-export:dashboard:abc-def]`. */
const MARK = /\[deepgram-export:(dashboard)(?::([\w-]+))?\]/;

/** What people set beside the widgets. An update replaces all of a dashboard, so it is written back. */
const KEPT = ['tags', 'notify_list', 'restricted_roles', 'template_variable_presets'];

/** @see https://docs.datadoghq.com/api/latest/dashboards/ */
export function dashboardStore(client: DatadogClient, signal: AbortSignal): AssetStore {
  return assetStore(client, signal, {
    kind: 'dashboard',
    api: official.dashboards,
    list: (api, page) => api.listDashboards({ count: PAGE_SIZE, start: page * PAGE_SIZE }),
    itemsOf: (answer) => (isJsonObject(answer) ? answer.dashboards : undefined),
    read: (api, dashboardId) => api.getDashboard({ dashboardId }),
    create: (api, body) => api.createDashboard({ body }),
    update: (api, dashboardId, body) => api.updateDashboard({ dashboardId, body }),
    remove: (api, dashboardId) => api.deleteDashboard({ dashboardId }),
    describe,
    wanted,
    pathOf: (id) => `/dashboard/${id}`,
  });
}

function describe(dashboard: JsonObject): Installed | undefined {
  const [, name, owner] = MARK.exec(textIn(dashboard, 'description')) ?? [];
  const id = textIn(dashboard, 'id');
  if (name === undefined || id === '') return undefined;
  return { id, title: textIn(dashboard, 'title'), name, createdAt: textIn(dashboard, 'created_at'), owner };
}

/** Title and description are people's, as long as the mark stays. */
function wanted({ body }: Asset, current: JsonObject): JsonObject {
  const id = textIn(current, 'id');
  const description = textIn(current, 'description');
  if (!MARK.test(description)) {
    throw new ExportError('SINK_REFUSED', `The dashboard ${id} has lost its mark while it was looked at.`, {
      kind: 'transient',
      hint: 'Run the command again.',
    });
  }
  const kept = Object.entries(current).filter(([name, value]) => KEPT.includes(name) && value !== null);
  return {
    ...Object.fromEntries(kept),
    ...body,
    title: textIn(current, 'title') || textIn(body, 'title'),
    description: description.replace(MARK, () => `[deepgram-export:dashboard:${id}]`),
  };
}
