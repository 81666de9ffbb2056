import { LONGEST_UID, type Organization, type StoredDashboard } from '../account/organization.js';
import { type Answer, type Call, type Endpoint, objectOf, refused } from './answers.js';

/**
 * `POST /api/dashboards/db`, `/api/dashboards/uid/:uid` and its versions.
 * @see https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/
 * @see https://grafana.com/docs/grafana/latest/developers/http_api/dashboard_versions/
 */
export function dashboards(
  organization: Organization,
  options: { readonly bareVersions: boolean },
): Endpoint {
  const { dashboards, folders } = organization;
  let ids = 0;

  const save = ({ body, login }: Call): Answer => {
    const { id, uid: sentUid, version, ...model } = objectOf(body.dashboard);
    const uid = String(sentUid ?? `dashboard-${ids}`);
    const folderUid = String(body.folderUid ?? '');
    const { overwrite = false, message = '' } = body;
    if (String(model.title ?? '') === '') return refused(400, 'Dashboard title cannot be empty');
    if (uid.length > LONGEST_UID) return refused(400, 'uid too long, max 40 characters');
    if (folderUid !== '' && !folders.has(folderUid)) return refused(400, 'folder not found');
    const byId = id == null ? undefined : [...dashboards.values()].find((one) => one.id === id);
    if (id != null && byId === undefined) return refused(404, 'Dashboard not found', { status: 'not-found' });
    const current = dashboards.get(uid);
    if (byId !== undefined && current !== undefined && byId !== current)
      return refused(400, 'A dashboard with the same uid already exists');
    if (current?.provisioned === true) return refused(400, 'Cannot save provisioned dashboard');
    const newest = current?.versions.at(-1)?.version ?? 0;
    if (current !== undefined && overwrite !== true && version !== newest) {
      return refused(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' });
    }
    const saved: StoredDashboard = {
      id: current?.id ?? ++ids,
      uid,
      folderUid,
      model,
      versions: [...(current?.versions ?? []), { version: newest + 1, message: String(message), by: login }],
      provisioned: false,
    };
    dashboards.set(uid, saved);
    return {
      status: 200,
      body: { id: saved.id, uid, url: urlOf(saved), status: 'success', version: newest + 1, folderUid },
    };
  };

  const read = (one: StoredDashboard): Answer => {
    const { version = 0, by = '' } = one.versions.at(-1) ?? {};
    return {
      status: 200,
      body: {
        dashboard: { ...one.model, id: one.id, uid: one.uid, version },
        meta: {
          url: urlOf(one),
          folderUid: one.folderUid,
          provisioned: one.provisioned,
          version,
          updatedBy: by,
        },
      },
    };
  };

  const versions = (one: StoredDashboard, query: URLSearchParams): Answer => {
    const newestFirst = one.versions
      .map(({ version, message, by }) => ({ version, message, createdBy: by, uid: one.uid }))
      .reverse()
      .slice(0, Number(query.get('limit') ?? 1_000));
    return {
      status: 200,
      body: options.bareVersions ? newestFirst : { continueToken: '', versions: newestFirst },
    };
  };

  return {
    pattern: /^\/api\/dashboards\/(db|uid)(?:\/([^/]+)(\/versions)?)?$/,
    needs: (method) =>
      method === 'GET'
        ? ['Viewer', 'dashboards:read']
        : ['Editor', method === 'POST' ? 'dashboards:create' : 'dashboards:delete'],
    answer(call) {
      const [, uid = '', isVersions = ''] = call.captured;
      if (call.method === 'POST') return save(call);
      const one = dashboards.get(uid);
      if (one === undefined) return refused(404, 'Dashboard not found', { status: 'not-found' });
      if (isVersions !== '') return versions(one, call.query);
      if (call.method === 'GET') return read(one);
      if (one.provisioned) return refused(400, 'provisioned dashboard cannot be deleted');
      dashboards.delete(uid);
      return { status: 200, body: { title: one.model.title, message: 'Dashboard deleted' } };
    },
  };
}

function urlOf({ uid, model }: StoredDashboard): string {
  return `/d/${uid}/${String(model.title).toLowerCase().replaceAll(/\W+/g, '-')}`;
}
