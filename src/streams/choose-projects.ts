import { ExportError } from '../errors/export-error.js';
import { toldApart } from '../text/called-as.js';
import { shortName } from '../text/one-line.js';
import type { Project } from './partition.js';

/**
 * Of these projects those that are wanted, by id or name.
 *
 * @param who holds them and how, as messages say it: `The archive has`
 * @param it the same with a pronoun: `It has`
 * @param formerNames what a project was called before, for the hint. Default: nobody knows.
 * @throws ExportError `PROJECT_UNKNOWN` where one is not there
 */
export function chooseProjects(
  all: readonly Project[],
  wanted: 'all' | readonly string[],
  { who, it }: { readonly who: string; readonly it: string },
  formerNames: (project: Project) => readonly string[] = () => [],
): readonly Project[] {
  if (wanted === 'all') return toldApart(all);
  const is = ({ id, name }: Project, word: string) => id === word || name === word;
  const unknown = wanted.filter((word) => !all.some((project) => is(project, word)));
  if (unknown.length === 0)
    return toldApart(all.filter((project) => wanted.some((word) => is(project, word))));
  const names = unknown.map((word) => `"${word}"`).join(', ');
  const called = ({ id, name }: Project) => `${shortName(name ?? '(no name)')} (${shortName(id)})`;
  const renamed = unknown.flatMap((word) =>
    all
      .filter((project) => formerNames(project).includes(word))
      .map((project) => `"${word}" is now called ${called(project)}. `),
  );
  throw new ExportError('PROJECT_UNKNOWN', `${who} no project ${names}.`, {
    kind: 'config',
    hint: `${renamed.join('')}${it}: ${all.map(called).join(', ') || 'none'}.`,
  });
}
