import { failedCheck } from '../../src/catalogue/check-result.js';
import { ReceiptTally } from '../../src/catalogue/receipt-tally.js';
import type { HeldPartition, PartitionWriter, Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../src/deliver/encoded-stream.js';
import { ReadingFacts } from '../../src/deliver/reading-facts.js';
import type { Row } from '../../src/streams/field.js';
import type { Partition } from '../../src/streams/partition.js';
import { recordName, type Stream } from '../../src/streams/stream.js';
import { Database } from './connection/database.js';
import { holdings } from './holdings.js';
import { deleteExpired } from './keep.js';
import { copyEncoder } from './merge/copy-encoder.js';
import { deliverAll } from './merge/delivery.js';
import { deliveryQueue } from './merge/delivery-queue.js';
import { refusalsIn } from './merge/refused-values.js';
import { Spool } from './merge/spool.js';
import type { PostgresSettings } from './postgres-settings.js';
import { noteRun } from './runs.js';
import { prepareSchema, tryPreparing } from './tables/prepare-schema.js';
import { fitsATable, type Table, tableOf } from './tables/table.js';

/** One table a stream in a schema, whose partitions are merged in one transaction with what is said of them. */
export function postgresSink(settings: PostgresSettings, context: SinkContext): Sink {
  const { schema } = settings;
  const database = new Database(settings, context);
  const startedAtMs = context.clock.now();
  const stamp = { run: startedAtMs, startedAtMs };
  const encodedWriter = encodedStreams(copyEncoder);
  const queue = deliveryQueue((deliveries, signal) =>
    database.transaction(signal, (transaction) => deliverAll(transaction, schema, deliveries, stamp)),
  );
  const tables = new Map<Stream, Table>();
  const tableFor = (stream: Stream): Table => {
    const table = tables.get(stream) ?? tableOf(stream);
    tables.set(stream, table);
    return table;
  };
  const schemaContext = { schema, where: database.where, migrate: settings.migrate, log: context.log };
  let rejected = 0;
  let isPrepared = false;

  return {
    name: context.name,
    capabilities: { delivery: 'replace', sharing: 'each', accepts: fitsATable },
    check: async (signal) => {
      const what = `write to the schema ${schema} of ${database.where}`;
      try {
        const detail = await database.tryOnce(signal, (transaction) =>
          tryPreparing(transaction, context.streams.filter(fitsATable), schemaContext),
        );
        return { what, ok: true, detail };
      } catch (error) {
        return failedCheck(what, error);
      }
    },
    prepare: async (streams, signal) => {
      await database.transaction(signal, (transaction) => prepareSchema(transaction, streams, schemaContext));
      isPrepared = true;
    },
    held: (stream, project, days, signal): Promise<ReadonlyMap<string | null, HeldPartition>> =>
      database.transaction(signal, (transaction) =>
        holdings(transaction, schema, tableFor(stream), project.id, days),
      ),
    begin: async (partition, signal) => partitionWriter(partition, signal),
    finish: async (run, signal) => {
      // A schema that is not ours to write, or a server that is away, has been told already.
      if (!isPrepared) return { facts: {}, notes: [] };
      if (run.isPart) return { facts: {}, notes: [] };
      await database.transaction(signal, (transaction) =>
        noteRun(transaction, schema, { ...run, ...stamp, rejected, finishedAtMs: context.clock.now() }),
      );
      const deleted = await deleteExpired(database, schema, settings.keep, context.clock.now(), signal);
      const facts = [...deleted].map(([stream, rows]) => [`rows of ${stream} deleted by keep`, rows]);
      return { facts: Object.fromEntries(facts), notes: [] };
    },
    dispose: () => database.end(),
  };

  function partitionWriter(partition: Partition, signal: AbortSignal): PartitionWriter {
    const { stream } = partition;
    const table = tableFor(stream);
    const refusalOf = refusalsIn(partition);
    const rows = new Spool();
    const facts = new ReadingFacts(stream);
    const tally = new ReceiptTally();
    const writer = encodedWriter(stream)({
      write: (lines) => rows.write(lines),
      commit: async (_records, _sums, checkpoint) => {
        const isWhole = tally.receipt().rejected.length === 0;
        await queue.add({
          partition,
          table,
          rows,
          facts,
          checkpoint: isWhole ? checkpoint : undefined,
          signal,
        });
        await rows.close();
        tally.accept(facts.records);
        return tally.receipt();
      },
      abort: () => rows.close(),
    });
    return {
      ...writer,
      write: async (batch) => {
        const accepted: Row[] = [];
        for (const row of batch) {
          const words = refusalOf(row);
          if (words === undefined) accepted.push(row);
          else tally.reject(words, 1, () => recordName(row, stream));
        }
        rejected += batch.length - accepted.length;
        // The same list where nothing is refused: what it is grouped by is then known from other sinks.
        const whole = accepted.length === batch.length ? batch : accepted;
        facts.add(whole);
        await writer.write(whole);
      },
    };
  }
}
