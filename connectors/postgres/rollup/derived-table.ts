import type { Field } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { identifier } from '../tables/identifier.js';
import { columnType, type Table, table } from '../tables/table.js';

/** A table that is made of another one, and changes with it. */
export interface DerivedTable extends Table {
  /** Name of the table that it is made of. */
  readonly from: string;
  /** A select of its rows; `t` is that table, and `where` says of which of its rows. */
  select(schema: string, where?: string): string;
}

/** A column, and what its value is for a group of rows of the other table, `t`. */
export interface Computed extends Field {
  readonly sql: string;
}

interface Derivation {
  readonly from: Stream;
  readonly name: string;
  readonly description: string;
  /** Fields that its rows are grouped by, beside project and day. */
  readonly key: readonly string[];
  readonly others: readonly Computed[];
  /** Which rows of the other table are counted; left out: all. */
  readonly where?: string;
}

const PARTITION = ['project_id', 'date'];

/** A day in it is what the same day of the other table gives. */
export function derivedTable({ from, name, description, key, others, where: of }: Derivation): DerivedTable {
  const groups = [...PARTITION, ...key].map((one) => fieldOf(from, one));
  const columns: readonly Computed[] = [
    ...groups.map((field) => ({ ...field, sql: columnOf(field.name) })),
    ...others,
  ];
  const made = table({
    name,
    description,
    columns: columns.map(({ sql, ...field }) => field),
    key: groups.map((field) => field.name),
    isDaily: true,
  });
  return {
    ...made,
    from: from.name,
    select: (schema, where) => {
      const values = columns.map((one) => `(${one.sql})::${columnType(one)} as ${identifier(one.name)}`);
      const by = groups.map((field) => columnOf(field.name)).join(', ');
      const wanted = [of, where].filter((one) => one !== undefined).join(' and ') || 'true';
      return `select ${values.join(', ')} from ${identifier(schema, from.name)} t where ${wanted} group by ${by}`;
    },
  };
}

/** A field of the other table, and what of it stands for a group. */
export function computed(from: Stream, name: string, sql: (column: string) => string): Computed {
  return { ...fieldOf(from, name), sql: sql(columnOf(name)) };
}

function fieldOf({ name: stream, fields }: Stream, name: string): Field {
  const found = fields.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${stream} has no field ${name}`);
  return found;
}

function columnOf(name: string): string {
  return `t.${identifier(name)}`;
}
