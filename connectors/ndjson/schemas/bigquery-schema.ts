import type { Field, FieldType } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';

const TYPES = {
  string: 'STRING',
  integer: 'INTEGER',
  real: 'FLOAT',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  strings: 'STRING',
} as const satisfies Record<FieldType, string>;

/** A schema for loading a stream's files: of every field, since a line may hold none that the schema does not know. */
export function bigquerySchema({ fields }: Stream): string {
  const columns = fields.map((field) => ({
    name: field.name,
    type: TYPES[field.type],
    mode: modeOf(field),
    description: field.description,
  }));
  return `${JSON.stringify(columns, null, 2)}\n`;
}

function modeOf({ type, required }: Field): 'REPEATED' | 'REQUIRED' | 'NULLABLE' {
  if (type === 'strings') return 'REPEATED';
  return required === true ? 'REQUIRED' : 'NULLABLE';
}
