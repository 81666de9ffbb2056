import { centerOf, closestFirst, relationshipsOf } from '../tables/relationships.js';
import type { SourceTable } from './source-table.js';

/** Two related tables, and the pairs of columns that are equal in rows that belong together. */
export interface Branch {
  /** The one that is closer to the root. */
  readonly first: SourceTable;
  readonly second: SourceTable;
  readonly pairs: readonly (readonly [ofFirst: string, ofSecond: string])[];
  /** Which of them has one row at most for what is equal. Undefined: none is known to. */
  readonly one: SourceTable | undefined;
}

/** Tables in the order in which they hang together, the root first. */
export interface Tree {
  readonly tables: readonly SourceTable[];
  readonly branches: readonly Branch[];
}

/**
 * Relates tables as a tree: Tableau takes no circle of relationships, and before 2024.2 one tree alone. Of the
 * relationships those of longer keys come first, so that totals hang together by project and day, and of equal ones those
 * of the root. What hangs together by
 * none of them, such as two lists where the table of projects is not there, is related by the project.
 *
 * A table that shares no column with the others is not in it.
 */
export function relationshipTree(all: readonly SourceTable[]): Tree {
  const root = centerOf(all);
  if (root === undefined) return { tables: [], branches: [] };
  const tables = [root, ...all.filter((table) => table !== root)];
  const edges = withoutCircles([...related(tables), ...ofProjects(tables, root)]);
  const reached = new Set([root]);
  const branches: Branch[] = [];
  for (const first of reached) {
    for (const edge of edges) {
      const branch = edge.first === first ? edge : edge.second === first ? turned(edge) : undefined;
      if (branch === undefined || reached.has(branch.second)) continue;
      reached.add(branch.second);
      branches.push(branch);
    }
  }
  return { tables: [...reached], branches };
}

function related(tables: readonly SourceTable[]): readonly Branch[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  return tables
    .flatMap((first) => relationshipsOf(first).map((relationship) => ({ first, relationship })))
    .sort((one, other) => closestFirst(one.relationship, other.relationship))
    .flatMap(({ first, relationship: { fields, reference } }) => {
      const second = byName.get(reference.resource);
      if (second === undefined) return [];
      const pairs = fields.map((field, at) => [field, reference.fields[at] ?? field] as const);
      return [{ first, second, pairs, one: second }];
    });
}

/** What every table of ours begins with. */
const PROJECT = 'project_id';

function ofProjects(tables: readonly SourceTable[], root: SourceTable): readonly Branch[] {
  const hasProject = ({ columns }: SourceTable) => columns.some(({ name }) => name === PROJECT);
  if (!hasProject(root)) return [];
  return tables
    .filter((table) => table !== root && hasProject(table))
    .map((second) => ({ first: root, second, pairs: [[PROJECT, PROJECT]], one: undefined }));
}

/** Without those between tables that hang together already. */
function withoutCircles(branches: readonly Branch[]): readonly Branch[] {
  const groups = new Map<SourceTable, Set<SourceTable>>();
  const groupOf = (table: SourceTable) => groups.get(table) ?? new Set([table]);
  return branches.filter(({ first, second }) => {
    const group = groupOf(first);
    if (group.has(second)) return false;
    const both = new Set([...group, ...groupOf(second)]);
    for (const table of both) groups.set(table, both);
    return true;
  });
}

function turned({ first, second, pairs, one }: Branch): Branch {
  return { first: second, second: first, pairs: pairs.map(([a, b]) => [b, a] as const), one };
}
