import { ExportError } from '../../../src/errors/export-error.js';
import type { Field } from '../../../src/streams/field.js';
import type { DerivedTable } from '../rollup/derived-table.js';
import { isViewOfOurs } from '../views/view-migration.js';
import {
  type BookkeepingTable,
  bookkeeping,
  bookkeepingTables,
  LAYOUT,
  layoutTable,
  partitionsTable,
} from './bookkeeping.js';
import type { Catalog } from './catalog.js';
import { identifier, literal } from './identifier.js';
import { columnType, type Index, indexesOf, type Table } from './table.js';

/**
 * The statements that make of what is there what is needed, in their order; none where all is there. They add, and never
 * drop or retype anything but a view of ours that has the name of a table.
 */
export function migration(
  catalog: Catalog,
  schema: string,
  tables: readonly Table[],
  derived: readonly DerivedTable[],
): readonly string[] {
  const all = [...tables, ...derived];
  refuseForeignTables(catalog, schema, all);
  refuseOtherTypes(catalog, schema, all);
  return [
    ...(catalog.hasSchema ? [] : [`create schema ${identifier(schema)}`]),
    ...bookkeepingTables.flatMap((table) => ofBookkeeping(catalog, schema, table)),
    ...(catalog.layout === undefined
      ? [`insert into ${identifier(schema, layoutTable.name)} (version) values (${LAYOUT})`]
      : []),
    ...all.flatMap((table) => [...viewInTheWay(catalog, schema, table), ...ofTable(catalog, schema, table)]),
    ...derived.flatMap((table) => fillDerived(catalog, schema, table)),
  ];
}

function ofBookkeeping(catalog: Catalog, schema: string, table: BookkeepingTable): string[] {
  const path = identifier(schema, table.name);
  const columns = table.columns.map(([name, type, comment]) => ({ name, type, comment }));
  return [
    ...columnStatements(catalog, schema, { ...table, columns }),
    ...(table.unique === undefined
      ? []
      : indexStatements(catalog, path, [
          { name: `${table.name}_key`, isUnique: true, definition: table.unique },
        ])),
  ];
}

function ofTable(catalog: Catalog, schema: string, table: Table): string[] {
  const path = identifier(schema, table.name);
  const columns = table.columns.map((field) => ({
    name: field.name,
    type: columnType(field),
    comment: commentOn(field),
  }));
  return [
    ...columnStatements(catalog, schema, { ...table, columns }),
    ...forgetWithout(catalog, schema, table),
    ...indexStatements(catalog, path, indexesOf(table)),
  ];
}

/** What is a table now was a view of an older version. */
function viewInTheWay(catalog: Catalog, schema: string, { name }: Table): string[] {
  return isViewOfOurs(catalog, name) ? [`drop view ${identifier(schema, name)}`] : [];
}

/** Days that had a column that somebody has dropped are not there as they were delivered: their sums have its name. */
function forgetWithout({ tables: found }: Catalog, schema: string, table: Table): string[] {
  const there = found.get(table.name)?.columns;
  const dropped = table.columns.filter(({ name }) => there !== undefined && !there.has(name));
  if (dropped.length === 0 || !found.has(partitionsTable.name)) return [];
  const names = dropped.map(({ name }) => literal(name)).join(', ');
  return [
    `delete from ${bookkeeping(schema, partitionsTable)} where stream = ${literal(table.name)} and expired_at is null and sums ?| array[${names}]`,
  ];
}

/** Of what is there already, where the derived table is newer. */
function fillDerived({ tables }: Catalog, schema: string, table: DerivedTable): string[] {
  if (tables.has(table.name) || !tables.has(table.from)) return [];
  const columns = table.columns.map(({ name }) => identifier(name)).join(', ');
  return [`insert into ${identifier(schema, table.name)} (${columns}) ${table.select(schema)}`];
}

interface Wanted {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly comment: string }[];
}

/** A table where there is none, columns that it lacks, and what is said of them. */
function columnStatements(catalog: Catalog, schema: string, wanted: Wanted): string[] {
  const path = identifier(schema, wanted.name);
  const found = catalog.tables.get(wanted.name);
  const definition = ({ name, type }: { readonly name: string; readonly type: string }) =>
    `${identifier(name)} ${type}`;
  const missing = wanted.columns.filter(({ name }) => !found?.columns.has(name));
  return [
    ...(found === undefined
      ? [`create table ${path} (${wanted.columns.map(definition).join(', ')})`]
      : missing.map((column) => `alter table ${path} add column if not exists ${definition(column)}`)),
    ...(found?.comment === wanted.description
      ? []
      : [`comment on table ${path} is ${literal(wanted.description)}`]),
    ...wanted.columns
      .filter(({ name, comment }) => found?.columns.get(name)?.comment !== comment)
      .map(
        ({ name, comment }) =>
          `comment on column ${identifier(schema, wanted.name, name)} is ${literal(comment)}`,
      ),
  ];
}

/** Those that are not there; they are known by their names. */
function indexStatements({ indexes }: Catalog, path: string, wanted: readonly Index[]): string[] {
  return wanted
    .filter(({ name }) => !indexes.has(name))
    .map(
      ({ name, isUnique, definition }) =>
        `create ${isUnique ? 'unique ' : ''}index ${identifier(name)} on ${path} ${definition}`,
    );
}

/** As people read it in their tool: what it is, and in which unit. */
function commentOn({ description, unit }: Field): string {
  return unit === undefined ? description : `${description} (unit: ${unit})`;
}

/** Tables of these names that somebody else has made. */
function refuseForeignTables({ layout, tables: found }: Catalog, schema: string, tables: readonly Table[]) {
  if (layout !== undefined) return;
  const foreign = [...tables, ...bookkeepingTables].find(({ name }) => found.has(name));
  if (foreign === undefined) return;
  throw new ExportError(
    'SINK_REFUSED',
    `The schema ${schema} has a table ${foreign.name} that deepgram-export did not make.`,
    { kind: 'config', hint: 'Set another `schema` for this sink. Nothing was changed.' },
  );
}

function refuseOtherTypes({ tables: found }: Catalog, schema: string, tables: readonly Table[]) {
  for (const { name, columns } of tables) {
    for (const field of columns) {
      const is = found.get(name)?.columns.get(field.name)?.type;
      const wanted = columnType(field);
      if (is === undefined || is === wanted) continue;
      const column = identifier(schema, name, field.name);
      throw new ExportError('SINK_REFUSED', `The column ${column} is ${is}, and must be ${wanted}.`, {
        kind: 'config',
        hint: `As the owner of the table: ALTER TABLE ${identifier(schema, name)} ALTER COLUMN ${identifier(field.name)} TYPE ${wanted};`,
      });
    }
  }
}
