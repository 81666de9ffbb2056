import type { Field, FieldType, Unit } from './field.js';

/** A field that has no name yet: it gets that of its place in a {@link Columns}. */
export type Column<Type extends FieldType = FieldType, Required extends boolean = boolean> = Omit<
  Field,
  'name' | 'type' | 'required'
> & { readonly type: Type; readonly required: Required };

/** The columns of a stream by their names, in their order. */
export type Columns = Readonly<Record<string, Column>>;

/** A dimension. */
export const text = (description: string) => dimensionOf('string', description);
/** A list of texts. */
export const texts = (description: string) => dimensionOf('strings', description);
export const boolean = (description: string) => dimensionOf('boolean', description);
/** A UTC day, `2026-11-20`. */
export const date = (description: string) => dimensionOf('date', description);
/** A UTC moment with microseconds, `2026-11-20T11:59:47.434302Z`. */
export const timestamp = (description: string) => dimensionOf('timestamp', description);
/** A whole number that groups, such as a status. */
export const code = (description: string) => dimensionOf('integer', description);
/** A measure of whole numbers. */
export const integer = (description: string, unit?: Unit) => measureOf('integer', description, unit);
/** A measure. */
export const real = (description: string, unit?: Unit) => measureOf('real', description, unit);

/** The source always gives it. */
export function required<Type extends FieldType>(column: Column<Type>): Column<Type, true> {
  return { ...column, required: true };
}

/** It is data about a person. */
export function personal<Type extends FieldType, Required extends boolean>(
  column: Column<Type, Required>,
): Column<Type, Required> {
  return { ...column, personal: true };
}

/** The columns as a list of fields. */
export function fieldsOf(columns: Columns): readonly Field[] {
  return Object.entries(columns).map(([name, column]) => ({ name, ...column }));
}

/** The type of a row that has these columns. */
export type RowOf<Own extends Columns> = { readonly [Name in keyof Own]: ValueOf<Own[Name]> };

interface TypeOf {
  string: string;
  integer: number;
  real: number;
  boolean: boolean;
  date: string;
  timestamp: string;
  strings: readonly string[];
}

type ValueOf<Own extends Column> = Own['required'] extends true
  ? TypeOf[Own['type']]
  : TypeOf[Own['type']] | null;

function dimensionOf<Type extends FieldType>(type: Type, description: string): Column<Type, false> {
  return { type, role: 'dimension', description, required: false };
}

function measureOf<Type extends FieldType>(
  type: Type,
  description: string,
  unit: Unit | undefined,
): Column<Type, false> {
  return { type, role: 'measure', description, required: false, ...(unit === undefined ? {} : { unit }) };
}
