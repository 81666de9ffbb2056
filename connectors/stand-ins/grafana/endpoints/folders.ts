import { LONGEST_UID, type Organization, type StoredFolder } from '../account/organization.js';
import { type Answer, type Call, type Endpoint, refused } from './answers.js';

/**
 * `/api/folders` and `/api/folders/:uid`.
 * @see https://grafana.com/docs/grafana/latest/developers/http_api/folder/
 */
export function folders(organization: Organization): Endpoint {
  const { folders, dashboards, rules } = organization;
  const found = (folder: StoredFolder): Answer => ({
    status: 200,
    body: { ...folder, url: `/dashboards/f/${folder.uid}/`, canSave: true, version: 1 },
  });
  const create = ({ body }: Call): Answer => {
    const [uid, title] = [String(body.uid ?? `folder-${folders.size}`), String(body.title ?? '')];
    if (title === '') return refused(400, 'folder title cannot be empty');
    if (uid.length > LONGEST_UID) return refused(400, 'uid too long, max 40 characters');
    if (folders.has(uid)) return refused(409, 'the folder has been changed by someone else');
    if ([...folders.values()].some((one) => one.title === title))
      return refused(409, 'a folder with the same name already exists in the current location');
    const folder = { uid, title };
    folders.set(uid, folder);
    return found(folder);
  };
  /** With all dashboards in it; with alert rules in it only where that is asked for. */
  const remove = (uid: string, query: URLSearchParams): Answer => {
    const held = [...rules.values()].filter(({ folderUid }) => folderUid === uid);
    if (held.length > 0 && query.get('forceDeleteRules') !== 'true')
      return refused(400, 'folder cannot be deleted: folder contains alert rules');
    for (const { uid: rule } of held) rules.delete(rule);
    for (const one of dashboards.values()) if (one.folderUid === uid) dashboards.delete(one.uid);
    folders.delete(uid);
    return { status: 200, body: { message: 'Folder deleted' } };
  };
  return {
    pattern: /^\/api\/folders(?:\/([^/]+))?$/,
    needs: (method) =>
      method === 'GET'
        ? ['Viewer', 'folders:read']
        : ['Editor', `folders:${method === 'POST' ? 'create' : 'delete'}`],
    answer(call) {
      const [uid = ''] = call.captured;
      if (uid === '' && call.method === 'POST') return create(call);
      if (uid === '') return { status: 200, body: [...folders.values()] };
      const folder = folders.get(uid);
      if (folder === undefined) return refused(404, 'folder not found', { status: 'not-found' });
      return call.method === 'DELETE' ? remove(uid, call.query) : found(folder);
    },
  };
}

/** `/api/search`, for what lies in a folder. */
export function search({ dashboards }: Organization): Endpoint {
  return {
    pattern: /^\/api\/search$/,
    needs: () => ['Viewer', 'dashboards:read'],
    answer({ query }) {
      const wanted = query.getAll('folderUIDs');
      const found = [...dashboards.values()].filter(
        ({ folderUid }) => wanted.length === 0 || wanted.includes(folderUid),
      );
      return {
        status: 200,
        body: found.map(({ uid, folderUid, model }) => ({
          uid,
          folderUid,
          title: model.title,
          type: 'dash-db',
        })),
      };
    },
  };
}
