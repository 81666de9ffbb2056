import { hash } from 'node:crypto';
import { bookkeeping, layoutTable } from '../tables/bookkeeping.js';
import type { Catalog } from '../tables/catalog.js';
import { identifier, literal } from '../tables/identifier.js';
import type { View } from './views.js';

/** Digests of the views that we have made, by name. */
type Made = Readonly<Record<string, string>>;

export interface ViewMigration {
  /** In their order; none where all views are as they should be. */
  readonly statements: readonly string[];
  /** Sentences on those that stay as they are. */
  readonly notes: readonly string[];
}

/**
 * The statements that make views as they should be: those that are not there, those that an older program made otherwise,
 * and those of ours that are made of these. One that has the name of somebody else's stays away, and one that somebody
 * else's views are made of stays as it is.
 *
 * @param views in the order in which they are made: some use others
 */
export function viewMigration(catalog: Catalog, schema: string, views: readonly View[]): ViewMigration {
  const before = madeBefore(catalog);
  const isTaken = ({ name }: View) =>
    catalog.tables.has(name) || (catalog.views.has(name) && !Object.hasOwn(before, name));
  const ours = views.filter((view) => !isTaken(view));
  const there = ours.filter(({ name }) => catalog.views.has(name));
  const isOfOthers = (name: string) => !there.some((view) => view.name === name);

  const older = there.filter((view) => before[view.name] !== digestOf(view));
  const usersOf = new Map(older.map(({ name }) => [name, allUsers(catalog, name)]));
  const staying = older.filter(({ name }) => [...(usersOf.get(name) ?? [])].some(isOfOthers));
  const gone = new Set(
    older
      .filter((view) => !staying.includes(view))
      .flatMap(({ name }) => [name, ...(usersOf.get(name) ?? [])]),
  );
  const made = ours.filter(({ name }) => gone.has(name) || !catalog.views.has(name));
  const digests = { ...before, ...Object.fromEntries(made.map((view) => [view.name, digestOf(view)])) };
  return {
    statements: [
      ...made
        .filter(({ name }) => gone.has(name))
        .map(({ name }) => `drop view ${identifier(schema, name)}`)
        .reverse(),
      ...made.flatMap((view) => viewStatements(schema, view)),
      ...(made.length === 0
        ? []
        : [`update ${bookkeeping(schema, layoutTable)} set views = ${literal(JSON.stringify(digests))}`]),
    ],
    notes: [
      ...views
        .filter(isTaken)
        .map(
          ({ name }) => `The view ${name} is not made: the schema ${schema} has something else of that name.`,
        ),
      ...staying.map(
        ({ name }) => `The view ${name} stays as an older program made it: another view is made of it.`,
      ),
    ],
  };
}

/** True for a view that we have made. */
export function isViewOfOurs(catalog: Catalog, name: string): boolean {
  return catalog.views.has(name) && Object.hasOwn(madeBefore(catalog), name);
}

function viewStatements(schema: string, { name, sql, description }: View): readonly string[] {
  const path = identifier(schema, name);
  return [`create view ${path} as ${sql}`, `comment on view ${path} is ${literal(description)}`];
}

/** What is made of a view, of what is made of it, and so on. */
function allUsers({ usedBy }: Catalog, name: string): ReadonlySet<string> {
  const users = new Set<string>([name]);
  for (const one of users) for (const user of usedBy.get(one) ?? []) users.add(user);
  users.delete(name);
  return users;
}

function digestOf(view: View): string {
  return hash('sha256', JSON.stringify(view)).slice(0, 16);
}

/** Those that were made once, by name. */
function madeBefore({ layout }: Catalog): Made {
  try {
    return Object(JSON.parse(layout?.views ?? '{}'));
  } catch {
    return {};
  }
}
