import type { Stream } from '../../../src/streams/stream.js';
import { derivedFrom } from '../rollup/requests-by-day.js';
import { viewsOf } from '../views/views.js';
import { identifier, literal } from './identifier.js';
import { migration } from './migration.js';
import { fitsATable, tableOf } from './table.js';

/** SQL that makes the tables and views of a schema as the first run does. */
export function schemaText(schema: string, streams: readonly Stream[]): string {
  const tables = streams.filter(fitsATable).map(tableOf);
  const nothing = { hasSchema: false, tables: new Map(), views: new Set<string>(), layout: undefined };
  const statements = [
    ...migration(nothing, schema, tables, derivedFrom(...tables)),
    ...viewsOf(schema, streams).flatMap(({ name, description, sql }) => [
      `create view ${identifier(schema, name)} as ${sql}`,
      `comment on view ${identifier(schema, name)} is ${literal(description)}`,
    ]),
  ];
  return statements.map((statement) => `${statement};\n`).join('');
}
