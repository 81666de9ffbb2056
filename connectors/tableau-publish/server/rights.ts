import { elementOf, elementsOf, type XmlElement } from '../../../src/http/xml-answer.js';
import { allPages } from './pages.js';
import type { TableauProject } from './projects.js';
import type { TableauSession } from './session.js';
import { hasStatus } from './tableau-error.js';
import { attributeOf } from './xml.js';

/** Whether the token's owner may publish in a project; `why` says what it is taken from. */
export interface PublishingRight {
  readonly mayPublish: boolean;
  readonly why: string;
}

/**
 * Site roles that may publish.
 *
 * @see https://help.tableau.com/current/server/en-us/users_site_roles.htm
 */
const PUBLISHING_ROLES = ['Creator', 'ExplorerCanPublish', 'Publisher', 'SiteAdministratorExplorer'];
const ADMINISTRATOR_ROLES = ['ServerAdministrator', 'SiteAdministratorCreator', 'SiteAdministrator'];

/** Looks at the owner's site role and at the rules of the project; a rule for the user comes before those for groups. */
export async function publishingRight(
  session: TableauSession,
  project: TableauProject,
  signal: AbortSignal,
): Promise<PublishingRight> {
  const userId = await session.userId(signal);
  const role = await session.call({
    path: `/users/${encodeURIComponent(userId)}`,
    what: 'read the site role of the owner of the token',
    signal,
    read: (answer) => attributeOf(elementOf(answer, 'user'), 'siteRole'),
  });
  if (ADMINISTRATOR_ROLES.includes(role)) return { mayPublish: true, why: `as ${role}` };
  if (!PUBLISHING_ROLES.includes(role))
    return { mayPublish: false, why: `the site role ${role} may not publish` };
  if (project.ownerId === userId) return { mayPublish: true, why: `as ${role} who owns the project` };
  const rules = await rulesOf(session, project, signal);
  if (rules === undefined)
    return {
      mayPublish: true,
      why: `as ${role}, as far as can be seen: the project keeps its rules to itself`,
    };
  const own = rules.get(userId);
  if (own !== undefined)
    return { mayPublish: own === 'Allow', why: `a rule of the project says ${own} for the user` };
  const what = 'list the groups of the owner of the token';
  const path = `/users/${encodeURIComponent(userId)}/groups`;
  const groups = await allPages(session, { path, name: 'group', what }, signal);
  const modes = groups.map((group) => rules.get(attributeOf(group, 'id')));
  if (modes.includes('Deny'))
    return { mayPublish: false, why: 'a rule of the project denies it to a group of the user' };
  return modes.includes('Allow')
    ? { mayPublish: true, why: `as ${role}, by a rule for a group` }
    : { mayPublish: false, why: 'no rule of the project lets the user or a group of the user publish' };
}

/** `Allow` or `Deny` for publishing by the id of a user or group; undefined where the rules may not be seen. */
async function rulesOf(
  session: TableauSession,
  project: TableauProject,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    return await session.call({
      path: `/projects/${encodeURIComponent(project.id)}/permissions`,
      what: `read who may publish in ${project.path}`,
      signal,
      read: (answer) => new Map(elementsOf(answer, 'granteeCapabilities').flatMap(ruleIn)),
    });
  } catch (error) {
    if (hasStatus(error, 403)) return undefined;
    throw error;
  }
}

function ruleIn(grantee: XmlElement): readonly (readonly [id: string, mode: string])[] {
  const who = elementsOf(grantee, 'user')[0] ?? elementsOf(grantee, 'group')[0];
  const publish = elementsOf(grantee, 'capability').find((one) => one.getAttribute('name') === 'Write');
  return who === undefined || publish === undefined
    ? []
    : [[attributeOf(who, 'id'), attributeOf(publish, 'mode')]];
}
