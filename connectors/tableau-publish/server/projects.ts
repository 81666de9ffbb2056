import { ExportError } from '../../../src/errors/export-error.js';
import { elementsOf, type XmlElement } from '../../../src/http/xml-answer.js';
import { shortName } from '../../../src/text/one-line.js';
import { allPages } from './pages.js';
import type { TableauSession } from './session.js';
import { attributeOf } from './xml.js';

/** A project of the site. */
export interface TableauProject {
  readonly id: string;
  /** `Finance/Speech` for one in another. */
  readonly path: string;
  readonly ownerId: string | undefined;
}

const MOST_NAMED = 20;

/**
 * The project of this name, or at this path.
 *
 * @throws `CONFIG_INVALID` where there is none, or several
 */
export async function findProject(
  session: TableauSession,
  wanted: string,
  signal: AbortSignal,
): Promise<TableauProject> {
  const what = `list the projects of ${session.where}`;
  const elements = await allPages(session, { path: '/projects', name: 'project', what }, signal);
  const byId = new Map(elements.map((element) => [element.getAttribute('id'), element]));
  const projects = elements.map((element) => ({
    name: element.getAttribute('name') ?? '',
    id: attributeOf(element, 'id'),
    path: pathOf(element, byId),
    ownerId: elementsOf(element, 'owner')[0]?.getAttribute('id') ?? undefined,
  }));
  const found = projects.filter(({ path }) => path === wanted);
  const [project, ...others] = found.length > 0 ? found : projects.filter(({ name }) => name === wanted);
  if (project !== undefined && others.length === 0) return project;
  const paths = (project === undefined ? projects : [project, ...others]).map(({ path }) => path).sort();
  const some = paths.slice(0, MOST_NAMED).map(shortName).join(', ');
  const more = paths.length > MOST_NAMED ? `, and ${paths.length - MOST_NAMED} more` : '';
  const listed = paths.length === 0 ? 'no project' : `${some}${more}`;
  throw project === undefined
    ? new ExportError(
        'CONFIG_INVALID',
        `${session.where} has no project "${wanted}" that this token can see.`,
        {
          kind: 'config',
          hint: `It sees ${listed}.`,
        },
      )
    : new ExportError('CONFIG_INVALID', `${session.where} has several projects "${wanted}".`, {
        kind: 'config',
        hint: `Name one by its path: ${listed}.`,
      });
}

function pathOf(project: XmlElement, byId: ReadonlyMap<string | null, XmlElement>): string {
  const names: string[] = [];
  let at: XmlElement | undefined = project;
  // A project whose parent may not be seen begins its path itself; none is deeper than there are projects.
  for (let depth = 0; at !== undefined && depth <= byId.size; depth += 1) {
    names.unshift(at.getAttribute('name') ?? '');
    at = byId.get(at.getAttribute('parentProjectId'));
  }
  return names.join('/');
}
