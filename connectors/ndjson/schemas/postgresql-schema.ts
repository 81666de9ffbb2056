import type { Field, FieldType } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { quotedName, quotedText, titleOf } from './sql-text.js';

const TYPES = {
  string: 'text',
  integer: 'bigint',
  real: 'double precision',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamptz',
  strings: 'text[]',
} as const satisfies Record<FieldType, string>;

/** A table that takes a stream's lines as they are, and a view that gives their fields types. */
export function postgresqlSchema(stream: Stream): string {
  const lines = `${stream.name}_lines`;
  const [table, view] = [quotedName(lines), quotedName(stream.name)];
  const columns = stream.fields.map((field) => `${quotedName(field.name)} ${typeOf(field)}`);
  const comments = stream.fields.map(
    ({ name, description }) => `COMMENT ON COLUMN ${view}.${quotedName(name)} IS ${quotedText(description)};`,
  );
  return `${titleOf(stream)}
-- Each line of a file is a row of ${table}. No line has the characters named here:
-- COPY ${table} FROM STDIN WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
CREATE TABLE IF NOT EXISTS ${table} ("line" jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS ${quotedName(`${lines}_partition`)}
  ON ${table} (("line"->>'project_id'), ("line"->>'date'));
CREATE OR REPLACE VIEW ${view} AS
SELECT "record".*
FROM ${table}, jsonb_to_record("line") AS "record" (
${columns.map((column) => `  ${column}`).join(',\n')}
);
${comments.join('\n')}
`;
}

/** Sums of dollars are exact. */
function typeOf({ type, unit }: Field): string {
  return unit === 'dollar' ? 'numeric' : TYPES[type];
}
