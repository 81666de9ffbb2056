import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { RETENTION_DAYS, requests } from '../deepgram/streams/requests.js';
import { addressText } from './connection/database-url.js';
import { postgresSettings } from './postgres-settings.js';

const DAY_MS = 86_400_000;

/** Tables and views in a schema of PostgreSQL. */
export const postgresType = defineSinkType({
  settings: postgresSettings,
  destination: ({ url, schema }) => `${addressText(url)} ${schema}`,
  mistake: ({ keep }, streams) => {
    for (const [name, ms] of Object.entries(keep)) {
      const stream = streams.find((one) => one.name === name);
      const wrong = (words: string) => ({ setting: 'keep', words: `names ${name}, ${words}` });
      if (stream === undefined) return wrong('which this sink does not get');
      if (stream.partitionedBy === 'snapshot') return wrong('which has no days: it is what there is now');
      if (stream.kind === requests.kind && ms < RETENTION_DAYS * DAY_MS) {
        return wrong(`which must be kept for at least ${RETENTION_DAYS}d: Deepgram still has those days`);
      }
    }
    return undefined;
  },
  open: async (settings, context) => {
    const { postgresSink } = await import('./postgres-sink.js');
    return postgresSink(settings, context);
  },
});
