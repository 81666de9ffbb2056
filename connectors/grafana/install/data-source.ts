import { ExportError } from '../../../src/errors/export-error.js';
import { isJsonObject, type JsonObject } from '../../../src/text/json-object.js';
import { shortName } from '../../../src/text/one-line.js';
import { DATA_SOURCE_UID } from '../assets/identity.js';
import { type GrafanaClient, unknownAnswer } from './grafana-client.js';

/** Names of Grafana's plugin for PostgreSQL: of today, and of older releases. */
const TYPES = ['grafana-postgresql-datasource', 'postgres'];

/** The uid of the data source that the alarms ask: the one that is named, or the only one there is. */
export async function dataSourceFor(client: GrafanaClient, named: string | undefined): Promise<string> {
  const what = 'list the data sources';
  const answer = await client.call({ path: '/api/datasources', what });
  if (!Array.isArray(answer)) throw unknownAnswer(what);
  const found = answer.filter(isJsonObject).filter(({ type }) => TYPES.includes(String(type)));
  const wanted =
    named === undefined
      ? (found.find(({ uid }) => uid === DATA_SOURCE_UID) ?? (found.length === 1 ? found[0] : undefined))
      : found.find(({ uid, name }) => uid === named || name === named);
  if (wanted !== undefined) return String(wanted.uid);
  const names = found
    .map(({ name, uid }: JsonObject) => `${shortName(String(name))} (${shortName(String(uid))})`)
    .join(', ');
  throw new ExportError(
    'USAGE',
    found.length === 0
      ? `Grafana at ${client.url} has no PostgreSQL data source.`
      : named === undefined
        ? `Grafana at ${client.url} has several PostgreSQL data sources: ${names}.`
        : `Grafana at ${client.url} has no PostgreSQL data source ${named}; it has ${names}.`,
    {
      kind: 'config',
      hint:
        found.length === 0
          ? 'Add one under Connections > Add new connection > PostgreSQL, with the user deepgram_reader.'
          : 'Say which with --datasource UID.',
    },
  );
}
