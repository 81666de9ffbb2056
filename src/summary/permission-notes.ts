import type { SourceFailure } from '../deliver/tally/source-failures.js';
import { namesById } from '../text/called-as.js';
import { counted, formatCount } from '../text/text-table.js';
import type { Summary } from './summary.js';

/** Projects that are named; of more, the number is said. */
const MOST_PROJECTS = 5;

/** A line for each permission that the key lacks, whatever the number of streams and projects that need it. */
export function permissionNotes(summary: Summary): string[] {
  const { source } = summary;
  const refused = byPermission(source.failures).map(([permission, failures]) => {
    const hint = failures.find((failure) => failure.hint !== undefined)?.hint ?? `It lacks ${permission}.`;
    return `The API key may not read ${whatOf(failures, summary)}. ${hint}`;
  });
  const leftOut = byPermission(source.unavailable).map(
    ([permission, failures]) =>
      `Left out, since the API key lacks ${permission}: ${whatOf(failures, summary)}.`,
  );
  return [...refused, ...leftOut];
}

function byPermission(failures: readonly SourceFailure[]): [string, SourceFailure[]][] {
  const permissions = new Set(failures.flatMap(({ lacks }) => lacks ?? []));
  return [...permissions].map((permission) => [
    permission,
    failures.filter(({ lacks }) => lacks === permission),
  ]);
}

/** `billing, balances in Support line`; the projects only where it is not all of them. */
function whatOf(failures: readonly SourceFailure[], summary: Summary): string {
  const { projects } = summary;
  const streams = streamsOf(failures, summary).join(', ');
  const ids = [...new Set(failures.map(({ project }) => project))];
  if (ids.length === projects.length) return streams;
  if (ids.length > MOST_PROJECTS)
    return `${streams} in ${formatCount(ids.length)} of ${counted(projects.length, 'project')}`;
  const names = ids.map(namesById(projects));
  return `${streams} in ${names.join(', ')}`;
}

/** The streams of these failures, in the order in which streams are shown. */
export function streamsOf(failures: readonly SourceFailure[], { streams }: Summary): string[] {
  return streams.flatMap(({ name }) => (failures.some(({ stream }) => stream === name) ? name : []));
}
