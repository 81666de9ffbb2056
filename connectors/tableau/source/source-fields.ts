import type { SourceColumn, SourceTable } from './source-table.js';
import { titleCase } from './title-case.js';

/** A column as a data source knows it. */
export interface SourceField {
  readonly table: SourceTable;
  readonly column: SourceColumn;
  /** What it is called within the data source: `cost_usd`, and in the second table `cost_usd (billing.csv)`. */
  readonly name: string;
  /** What people see: `Cost USD`, and in the second table `Cost USD (Billing)`. */
  readonly caption: string;
}

/**
 * The columns of all tables, in their order, each under a name and a caption of its own. The first table that has a name
 * has it as it is, as Tableau does it.
 *
 * @param relationName what the connection calls a table
 */
export function sourceFields(
  tables: readonly SourceTable[],
  relationName: (table: SourceTable) => string,
): readonly SourceField[] {
  const names = new Set<string>();
  const captions = new Set<string>();
  return tables.flatMap((table) =>
    table.columns.map((column) => ({
      table,
      column,
      name: ownName(names, column.name, relationName(table)),
      caption: ownName(captions, titleCase(column.name), titleCase(table.name)),
    })),
  );
}

/** As {@link quoted}, of what is in it: `[usage.csv].[hours]`. */
export function qualified(...path: readonly string[]): string {
  return path.map(quoted).join('.');
}

/** A name as Tableau's documents and formulas have it. */
export function quoted(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

function ownName(taken: Set<string>, name: string, of: string): string {
  let own = name;
  for (let count = 1; taken.has(own); count += 1) own = `${name} (${count === 1 ? of : `${of} ${count}`})`;
  taken.add(own);
  return own;
}
