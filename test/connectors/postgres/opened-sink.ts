import { onTestFinished } from 'vitest';
import { postgresSettings } from '../../../connectors/postgres/postgres-settings.js';
import { postgresSink } from '../../../connectors/postgres/postgres-sink.js';
import { NOW } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Receipt, Sink } from '../../../src/catalogue/sink.js';
import { failureOf } from '../../../src/errors/export-error.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { postgresServer, type TestDatabase } from './postgres-server.js';

/** An empty database that ends with the test. */
export async function emptyDatabase(options = ''): Promise<TestDatabase> {
  const database = await (await postgresServer()).database(options);
  onTestFinished(() => database.drop());
  return database;
}

/** A sink on a database, prepared for these streams, as of the moment of the sample records. */
export async function preparedSink(
  database: TestDatabase,
  streams: readonly Stream[],
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Sink> {
  const clock = { now: () => NOW, sleep: async () => {} };
  const sink = postgresSink(
    postgresSettings.parse({ url: database.url, ...settings }),
    sinkContext('.', { clock, streams }),
  );
  onTestFinished(() => sink.dispose?.());
  await sink.prepare?.(streams, new AbortController().signal);
  return sink;
}

export async function deliver(sink: Sink, partition: Partition, rows: readonly Row[]): Promise<Receipt> {
  const writer = await sink.begin(partition, new AbortController().signal);
  try {
    if (rows.length > 0) await writer.write(rows);
    return await writer.commit();
  } catch (error) {
    await writer.abort(failureOf(error));
    throw error;
  }
}
