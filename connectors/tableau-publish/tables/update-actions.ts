import { addDays } from '../../../src/time/day.js';
import type { UpdateAction } from '../server/data-sources.js';
import type { KeptPartition } from './kept-partitions.js';

/** What Tableau calls the one table of a data source that was published from a file of one table, and its schema. */
const TABLE = 'Extract';
const TARGET = { 'target-schema': TABLE, 'target-table': TABLE };
const SOURCE = { 'source-schema': TABLE, 'source-table': TABLE };

/** Puts the rows of a payload where those of these partitions were. The partitions are in the order of projects and days. */
export function replaceActions(
  partitions: readonly KeptPartition[],
  hasRows: boolean,
): readonly UpdateAction[] {
  const deletes = rangesOf(partitions).map((range) => ({
    action: 'delete',
    ...TARGET,
    condition: conditionOf(range),
  }));
  return hasRows ? [...deletes, { action: 'insert', ...SOURCE, ...TARGET }] : deletes;
}

/** Changes nothing: no project has an empty id. */
export const NOTHING: UpdateAction = {
  action: 'delete',
  ...TARGET,
  condition: equals('project_id', ''),
};

/** Days of a project that follow each other; undefined for a snapshot, which is all that the project has. */
interface Range {
  readonly projectId: string;
  readonly days: { readonly first: string; readonly last: string } | undefined;
}

function rangesOf(partitions: readonly KeptPartition[]): readonly Range[] {
  const ranges: Range[] = [];
  for (const { partition } of partitions) {
    const { project, day } = partition;
    const last = ranges.at(-1);
    const follows =
      day !== null &&
      last?.days !== undefined &&
      last.projectId === project.id &&
      addDays(last.days.last, 1) === day;
    if (follows) ranges[ranges.length - 1] = { ...last, days: { ...last.days, last: day } };
    else ranges.push({ projectId: project.id, days: day === null ? undefined : { first: day, last: day } });
  }
  return ranges;
}

/**
 * A constant is a moment, and a day counts as its midnight, whose time zone is not documented: bounds at noon have the same
 * days between them in all zones but three.
 */
function conditionOf({ projectId, days }: Range) {
  const ofProject = equals('project_id', projectId);
  if (days === undefined) return ofProject;
  const bound = (op: string, day: string) => ({
    op,
    'target-col': 'date',
    const: { type: 'datetime', v: `${day}T12:00:00Z` },
  });
  return { op: 'and', args: [ofProject, bound('gte', addDays(days.first, -1)), bound('lt', days.last)] };
}

function equals(column: string, text: string) {
  return { op: 'eq', 'target-col': column, const: { type: 'string', v: text } };
}
