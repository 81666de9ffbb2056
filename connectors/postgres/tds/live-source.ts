import { type SourceConnection, stableId } from '../../tableau/source/data-source.js';
import { tdsOf } from '../../tableau/source/documents.js';
import { qualified } from '../../tableau/source/source-fields.js';
import { describedTables } from '../../tableau/source/source-table.js';
import { element } from '../../tableau/source/xml.js';
import { READER } from '../grants/reader-role.js';
import type { PostgresSettings } from '../postgres-settings.js';
import type { LiveTable } from './live-tables.js';

/** A data source of tables of a database, which Tableau asks whenever somebody looks; for the role that only reads. */
export function liveSource(tables: readonly LiveTable[], settings: PostgresSettings): string {
  return tdsOf(describedTables(tables.map(({ table }) => table)), database(tables, settings));
}

function database(tables: readonly LiveTable[], { url, schema, tls }: PostgresSettings): SourceConnection {
  const connection = `postgres.${stableId(`${url.host}:${url.port}/${url.database}`)}`;
  // A socket is of the machine that writes; Tableau is on another one.
  const server = url.host.startsWith('/') ? 'localhost' : url.host;
  const isEncrypted = tls !== undefined || (url.tls !== undefined && url.tls !== 'off');
  const sqlOf = new Map(tables.map(({ table, sql }) => [table.name, sql]));
  return {
    relationName: ({ name }) => name,
    namedConnections: () => [
      element('named-connection', { caption: server, name: connection }, [
        element('connection', {
          authentication: 'username-password',
          class: 'postgres',
          dbname: url.database,
          'odbc-native-protocol': 'yes',
          'one-time-sql': '',
          port: String(url.port),
          schema,
          server,
          sslmode: isEncrypted ? 'require' : '',
          username: READER,
        }),
      ]),
    ],
    relation: ({ name }) => {
      const sql = sqlOf.get(name);
      return sql === undefined
        ? element('relation', { connection, name, table: qualified(schema, name), type: 'table' })
        : element('relation', { connection, name, type: 'text' }, sql);
    },
  };
}
