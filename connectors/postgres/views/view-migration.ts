import { hash } from 'node:crypto';
import type { Transaction } from '../connection/database.js';
import { bookkeeping, layoutTable } from '../tables/bookkeeping.js';
import type { Catalog } from '../tables/catalog.js';
import { identifier, literal } from '../tables/identifier.js';
import type { View } from './views.js';

/** Digests of the views that we have made, by name. */
type Made = Readonly<Record<string, string>>;

/**
 * Makes the views that are not there as they should be. One that has the name of somebody else's stays away, and one that
 * somebody else's views are made of stays as it is.
 *
 * @returns sentences on those that could not be made
 */
export async function makeViews(
  transaction: Transaction,
  schema: string,
  { views: there, tables, layout }: Catalog,
  views: readonly View[],
): Promise<readonly string[]> {
  const before = madeBefore(layout?.views ?? null);
  const made: Record<string, string> = { ...before };
  const notes: string[] = [];
  for (const view of views) {
    const digest = hash('sha256', JSON.stringify(view)).slice(0, 16);
    const isThere = there.has(view.name);
    if (isThere && before[view.name] === digest) continue;
    if (tables.has(view.name) || (isThere && before[view.name] === undefined)) {
      notes.push(`The view ${view.name} is not made: the schema ${schema} has something else of that name.`);
      continue;
    }
    const path = identifier(schema, view.name);
    await transaction.query('savepoint one_view');
    try {
      if (isThere) await transaction.query(`drop view ${path}`);
      await transaction.query(
        `create view ${path} as ${view.sql}; comment on view ${path} is ${literal(view.description)}`,
      );
      made[view.name] = digest;
    } catch (error) {
      if (!isThere) throw error;
      await transaction.query('rollback to savepoint one_view');
      notes.push(`The view ${view.name} stays as an older program made it: another view is made of it.`);
    }
    await transaction.query('release savepoint one_view');
  }
  if (JSON.stringify(made) !== JSON.stringify(before)) {
    await transaction.query(`update ${bookkeeping(schema, layoutTable)} set views = $1`, [
      JSON.stringify(made),
    ]);
  }
  return notes;
}

/** Those that were made once, by name. @param text as the layout has it */
export function madeBefore(text: string | null): Made {
  try {
    return Object(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}
