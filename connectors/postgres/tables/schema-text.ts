import type { Stream } from '../../../src/streams/stream.js';
import { NOTHING } from './catalog.js';
import { fitsATable } from './table.js';
import { statementsFor } from './wanted-schema.js';

/** SQL that makes the tables and views of a schema as the first run does. */
export function schemaText(schema: string, streams: readonly Stream[]): string {
  const { tables, views } = statementsFor(NOTHING, schema, streams.filter(fitsATable));
  return [...tables, ...views.statements].map((statement) => `${statement};\n`).join('');
}
