import type { Stream } from '../../../src/streams/stream.js';
import { derivedFrom } from '../rollup/derived-tables.js';
import { type ViewMigration, viewMigration } from '../views/view-migration.js';
import { viewsOf } from '../views/views.js';
import type { Catalog } from './catalog.js';
import { migration } from './migration.js';
import { tableOf } from './table.js';

/** What a schema lacks for some streams. */
export interface Lacking {
  /** Statements that make tables, columns, indexes and what is said of them. */
  readonly tables: readonly string[];
  /** To be run after these. */
  readonly views: ViewMigration;
}

/** The statements that make a schema fit for these streams; none where it is. */
export function statementsFor(catalog: Catalog, schema: string, streams: readonly Stream[]): Lacking {
  const tables = streams.map(tableOf);
  return {
    tables: migration(catalog, schema, tables, derivedFrom(...tables)),
    views: viewMigration(catalog, schema, viewsOf(schema, streams, catalog.tables)),
  };
}
