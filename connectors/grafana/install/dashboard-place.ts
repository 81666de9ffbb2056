import { ExportError } from '../../../src/errors/export-error.js';
import { includesAll } from '../../../src/text/includes-all.js';
import { isJsonObject, type Json, type JsonObject } from '../../../src/text/json-object.js';
import { DASHBOARD_TAG, DASHBOARD_UID, FOLDER_UID } from '../assets/identity.js';
import { type GrafanaClient, unknownAnswer } from './grafana-client.js';
import type { AssetPlace } from './installed-asset.js';

/** With which each version of the dashboard that we save begins; one that somebody saves has words of theirs. */
const MESSAGE = 'deepgram-export ';
const PATH = `/api/dashboards/uid/${DASHBOARD_UID}`;

/** @see https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ */
export function dashboardPlace(client: GrafanaClient, wanted: JsonObject, version: string): AssetPlace {
  /** In the folder where people have put it. The version is that which was looked at: one saved meanwhile is refused. */
  const save = (what: string, known: JsonObject, folderUid: Json) =>
    client.call({
      method: 'POST',
      path: '/api/dashboards/db',
      body: {
        dashboard: { ...wanted, ...known },
        folderUid,
        message: `${MESSAGE}${version}`,
        overwrite: false,
      },
      what: `${what} the dashboard`,
    });
  return {
    kind: 'dashboard',
    title: String(wanted.title),
    url: `${client.url}/d/${DASHBOARD_UID}`,
    async look() {
      const what = 'read the dashboard';
      const found = await client.find({ path: PATH, what });
      if (found === undefined) return undefined;
      const { dashboard, meta } = found;
      if (!isJsonObject(dashboard) || !isJsonObject(meta)) throw unknownAnswer(what);
      refuseOthers(dashboard, meta);
      const { id = null, version: current = null } = dashboard;
      return {
        isAsWanted: includesAll(dashboard, { ...wanted, id }),
        isEdited: !(await lastMessage(client)).startsWith(MESSAGE),
        update: () => save('update', { id, version: current }, meta.folderUid ?? ''),
        remove: () => client.remove({ path: PATH, what: 'remove the dashboard' }),
      };
    },
    create: () => save('create', {}, FOLDER_UID),
  };
}

/** What was said when it was saved last. Releases differ in whether the list has something around it. */
async function lastMessage(client: GrafanaClient): Promise<string> {
  const answer = await client.call({
    path: `${PATH}/versions?limit=1`,
    what: 'read the versions of the dashboard',
  });
  const versions = isJsonObject(answer) ? answer.versions : answer;
  const [newest] = Array.isArray(versions) ? versions : [];
  return isJsonObject(newest) ? String(newest.message ?? '') : '';
}

function refuseOthers({ tags }: JsonObject, { provisioned }: JsonObject): void {
  if (provisioned === true) {
    throw new ExportError('SINK_REFUSED', 'The dashboard is there from provisioning files.', {
      kind: 'config',
      hint: 'Write these anew with `deepgram-export grafana export`, or take them away first.',
    });
  }
  if (Array.isArray(tags) && tags.includes(DASHBOARD_TAG)) return;
  throw new ExportError(
    'SINK_REFUSED',
    `There is a dashboard with the uid ${DASHBOARD_UID} that has lost the tag ${DASHBOARD_TAG}.`,
    { kind: 'config', hint: 'Give it the tag back where it is ours, or another uid where it is yours.' },
  );
}
