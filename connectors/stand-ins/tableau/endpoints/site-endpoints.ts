import { Refused } from '../rules/refused.js';
import { attributes, type Endpoint, ok, page } from './call.js';

/** Projects, users and their rights. */
export const siteEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    pattern: /^\/projects$/,
    answer: (call) =>
      page(call, call.site.projects, 'projects', ({ id, name, ownerId, parentId }) => {
        const parent = parentId === undefined ? {} : { parentProjectId: parentId };
        return `<project${attributes({ id, name, ...parent })}><owner${attributes({ id: ownerId })}/></project>`;
      }),
  },
  {
    method: 'GET',
    pattern: /^\/projects\/([^/]+)\/permissions$/,
    answer: ({ captured, site, userId }) => {
      const project = site.projects.find(({ id }) => id === captured[0]);
      if (project === undefined)
        throw new Refused('404005', 'Resource Not Found', 'Project could not be found');
      const isOwn = project.ownerId === userId;
      if (!isOwn && site.users.get(userId)?.siteRole === 'Creator' && project.publishers['*'] !== undefined)
        throw new Refused('403004', 'Forbidden', 'A non-administrator user may not see these permissions');
      const grants = Object.entries(project.publishers).map(([grantee, mode]) => {
        const kind = site.users.has(grantee) ? 'user' : 'group';
        const write = `<capability${attributes({ name: 'Write', mode })}/>`;
        return `<granteeCapabilities><${kind}${attributes({ id: grantee })}/><capabilities>${write}</capabilities></granteeCapabilities>`;
      });
      return ok(`<permissions>${grants.join('')}</permissions>`);
    },
  },
  {
    method: 'GET',
    pattern: /^\/users\/([^/]+)$/,
    answer: ({ captured, site }) => {
      const user = site.users.get(captured[0] ?? '');
      if (user === undefined) throw new Refused('404002', 'Resource Not Found', 'User could not be found');
      return ok(`<user${attributes({ id: user.id, name: user.id, siteRole: user.siteRole })}/>`);
    },
  },
  {
    method: 'GET',
    pattern: /^\/users\/([^/]+)\/groups$/,
    answer: (call) => {
      const groups = call.site.users.get(call.captured[0] ?? '')?.groups ?? [];
      return page(
        call,
        groups.map((id) => ({ id, name: id })),
        'groups',
        ({ id, name }) => `<group${attributes({ id, name })}/>`,
      );
    },
  },
];
