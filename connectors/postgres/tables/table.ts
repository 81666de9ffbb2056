import type { Field, FieldType } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { FAILED } from './failed.js';
import { identifier } from './identifier.js';

/** A table for records that are replaced a project and day, or a project, at a time. */
export interface Table {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Field[];
  /** True: a partition is a project and day. False: a project. */
  readonly isDaily: boolean;
  /** What tells two rows of a partition apart. */
  readonly key: readonly Field[];
}

/** What every row of a partition has in common. */
const PROJECT = 'project_id';
const DATE = 'date';

/** True for a stream whose records say which partition they are of. */
export function fitsATable({ fields, partitionedBy }: Stream): boolean {
  const has = (name: string) => fields.some((field) => field.name === name);
  return has(PROJECT) && (partitionedBy === 'snapshot' || has(DATE));
}

export function tableOf(stream: Stream): Table {
  const { name, description, fields, key, partitionedBy } = stream;
  return table({ name, description, columns: fields, key, isDaily: partitionedBy === 'day' });
}

/** Makes a table of its columns and the names of its key. */
export function table(definition: Omit<Table, 'key'> & { readonly key: readonly string[] }): Table {
  const { columns, key } = definition;
  const inPartition = key.filter((name) => name !== PROJECT && !(definition.isDaily && name === DATE));
  return { ...definition, key: columns.filter(({ name }) => inPartition.includes(name)) };
}

/** Dollars are exact, so that their sums are. */
export function columnType({ type, unit }: Pick<Field, 'type' | 'unit'>): string {
  return unit === 'dollar' ? 'numeric' : TYPES[type];
}

/** As PostgreSQL itself calls them. */
const TYPES: Readonly<Record<FieldType, string>> = {
  string: 'text',
  integer: 'bigint',
  real: 'double precision',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp with time zone',
  strings: 'text[]',
};

/** What stands for null where values are compared: with it, whether they are null is compared. */
const ZEROS: Readonly<Record<FieldType, string>> = {
  string: "''",
  integer: '0',
  real: '0',
  boolean: 'false',
  date: "'epoch'::date",
  timestamp: "'epoch'::timestamptz",
  strings: "'{}'::text[]",
};

/** Whether a row is of the partition `$1` (project) and, where there are days, `$2`. */
export function isOfPartition({ isDaily }: Table, alias: string): string {
  return `${alias}.${PROJECT} = $1${isDaily ? ` and ${alias}.${DATE} = $2` : ''}`;
}

/** Whether two rows of one partition are the same record. In a form that can be hashed, also where a part may be null. */
export function isSameRecord({ key }: Table, one: string, other: string): string {
  const equal = key.map((field) => {
    const [a, b] = [one, other].map((alias) => `${alias}.${identifier(field.name)}`);
    if (field.required) return `${a} = ${b}`;
    const zero = ZEROS[field.type];
    return `(${a} is null) = (${b} is null) and coalesce(${a}, ${zero}) = coalesce(${b}, ${zero})`;
  });
  return equal.join(' and ') || 'true';
}

/** True where no row can have the key of another one; lists and nulls make no index. */
export function hasUniqueKey({ key }: Table): boolean {
  return key.every(({ required, type }) => required === true && type !== 'strings');
}

export interface Index {
  readonly name: string;
  readonly isUnique: boolean;
  /** What comes behind the table, in the statement that makes it. */
  readonly definition: string;
}

/**
 * A partition, and time across projects, are found by the day; within a day that does not tell records apart, the moment
 * that the day comes from keeps those together that come together. What failed is little of it, and what people look for.
 */
export function indexesOf(made: Table): readonly Index[] {
  const { isDaily, columns, key } = made;
  const moment = isDaily ? columns.find(({ type, required }) => type === 'timestamp' && required) : undefined;
  const inOrder = moment ? [moment.name] : isDaily ? [DATE] : [];
  const names = [PROJECT, ...inOrder, ...key.map(({ name }) => name).filter((name) => name !== moment?.name)];
  const list = (all: readonly string[]) => `(${all.map((name) => identifier(name)).join(', ')})`;
  const index = (name: string, definition: string, isUnique = false): Index => ({
    name: `${made.name}_${name}`,
    isUnique,
    definition,
  });
  return [
    ...(hasUniqueKey(made) ? [index('key', list(names), true)] : []),
    ...(isDaily ? [index('days', list([DATE, PROJECT]))] : []),
    ...(moment ? [index('moments', `using brin ${list([moment.name])}`)] : []),
    ...(moment && columns.some(({ name }) => name === 'status')
      ? [index('failed', `${list([moment.name])} where ${FAILED}`)]
      : []),
  ];
}
