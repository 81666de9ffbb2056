import { describe, expect, it } from 'vitest';
import { models } from '../../../connectors/deepgram/streams/account.js';
import { billingBy } from '../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { manyRequests, partitionOf, requestRow } from '../../../connectors/testing/sample-records.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import { deliver, emptyDatabase, preparedSink } from './opened-sink.js';
import { hasPostgres, type TestDatabase } from './postgres-server.js';

const DAY = '2026-11-20';
const PARTITION = partitionOf('requests', DAY);
const PROJECT = PARTITION.project;

describe.skipIf(!hasPostgres)('a partition that is delivered again', () => {
  it('touches only rows that are not as they were', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    const [one, two, three] = [requestRow(1), requestRow(2), requestRow(3)];
    await deliver(sink, PARTITION, [one, two, three]);
    const before = await places(database);

    const corrected = { ...two, cost_usd: 0.5, settled: true };
    await deliver(sink, PARTITION, [one, corrected, requestRow(4)]);

    const after = await places(database);
    expect(after.get(one.request_id)).toBe(before.get(one.request_id));
    expect(after.get(two.request_id)).not.toBe(before.get(two.request_id));
    expect([...after.keys()]).toEqual([one, two, requestRow(4)].map((row) => row.request_id));
    expect(await database.sql('select cost_usd from deepgram.requests order by request_id')).toEqual([
      { cost_usd: '0.00225' },
      { cost_usd: '0.5' },
      { cost_usd: '0.00225' },
    ]);
  });

  it('leaves other days, and other projects of that day', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    const other = { id: 'another', name: 'Another' };
    await deliver(sink, partitionOf('requests', '2026-11-19'), [requestRow(1, '2026-11-19')]);
    await deliver(sink, { ...PARTITION, project: other }, [{ ...requestRow(1), project_id: other.id }]);
    await deliver(sink, PARTITION, [requestRow(1), requestRow(2)]);

    await deliver(sink, PARTITION, [requestRow(1)]);

    expect(
      await database.sql('select date::text, count(*) from deepgram.requests group by 1 order by 1'),
    ).toEqual([
      { date: '2026-11-19', count: '1' },
      { date: '2026-11-20', count: '2' },
    ]);
  });

  it('does not make its table grow by more than half in 24 rewrites', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    await database.sql('alter table deepgram.requests set (autovacuum_enabled = off)');
    const rows = manyRequests(3_000);
    await deliver(sink, PARTITION, rows);
    const [before] = await database.sql<{ readonly size: string }>(SIZE);

    for (let hour = 1; hour <= 24; hour += 1) {
      const isChanged = (at: number) => at % 33 === hour;
      await deliver(
        sink,
        PARTITION,
        rows.map((row, at) => (isChanged(at) ? { ...row, cost_usd: hour } : row)),
      );
    }

    const [after] = await database.sql<{ readonly size: string }>(SIZE);
    expect(Number(after?.size) / Number(before?.size)).toBeLessThan(1.5);
  });

  it('finds a group again whose key is partly null, and keeps two that nothing tells apart', async () => {
    const database = await emptyDatabase();
    const stream = billingBy(['line_item', 'tags']);
    const sink = await preparedSink(database, [stream]);
    const partition: Partition = { stream, project: PROJECT, day: DAY };
    const groups = [
      group(1, null, null),
      group(2, null, ['a', 'b']),
      group(3, 'nova-3', []),
      group(4, 'nova-3', null),
      group(5, 'nova-3', null),
    ];
    await deliver(sink, partition, groups);
    const before = await places(database, stream.name, 'cost_usd');

    await deliver(sink, partition, groups);
    const unchanged = await places(database, stream.name, 'cost_usd');
    await deliver(sink, partition, [...groups.slice(1, 4), group(9, null, null)]);

    expect(unchanged).toEqual(before);
    const rows = await database.sql(
      `select line_item, tags, cost_usd from deepgram."${stream.name}" order by cost_usd`,
    );
    expect(rows).toEqual([
      { line_item: null, tags: ['a', 'b'], cost_usd: '2' },
      { line_item: 'nova-3', tags: [], cost_usd: '3' },
      { line_item: 'nova-3', tags: null, cost_usd: '4' },
      { line_item: null, tags: null, cost_usd: '9' },
    ]);
  });

  it('replaces a snapshot, and says of it what is there', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [models]);
    const partition: Partition = { stream: models, project: PROJECT, day: null };
    await deliver(sink, partition, [model('m-1', 'nova-2'), model('m-2', 'nova-3')]);

    await deliver(sink, partition, [model('m-2', 'nova-3-general'), model('m-3', 'aura-2')]);

    expect(await database.sql('select model_id, name from deepgram.models order by 1')).toEqual([
      { model_id: 'm-2', name: 'nova-3-general' },
      { model_id: 'm-3', name: 'aura-2' },
    ]);
    expect(await database.sql('select stream, date, records, settled from deepgram._partitions')).toEqual([
      { stream: 'models', date: null, records: '2', settled: true },
    ]);
    expect(await sink.held?.(models, PROJECT, [null], new AbortController().signal)).toEqual(
      new Map([[null, { records: 2, sums: {} }]]),
    );
  });

  it('is one of two writers’, whichever comes first', async () => {
    const database = await emptyDatabase();
    const sinks = [await preparedSink(database, [requests]), await preparedSink(database, [requests])];

    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        sinks.map((sink, which) =>
          deliver(
            sink,
            PARTITION,
            manyRequests(200).map((row) => ({ ...row, tier: `${which}` })),
          ),
        ),
      );
    }

    const rows = await database.sql(
      'select count(*), count(distinct tier) as writers from deepgram.requests',
    );
    expect(rows).toEqual([{ count: '200', writers: '1' }]);
    expect(await database.sql("select count(*) from pg_locks where locktype = 'advisory'")).toEqual([
      { count: '0' },
    ]);
  });
});

describe.skipIf(!hasPostgres)('a value that PostgreSQL refuses', () => {
  const cases: readonly (readonly [string, Partial<Record<string, unknown>>, RegExp])[] = [
    ['U+0000 in a text', { path: '/v1/\u0000' }, /^path has the character U\+0000/],
    ['U+0000 in a list', { tags: ['fine', 'not\u0000'] }, /^tags has the character U\+0000/],
    ['a date of the year 0', { created_at: '0000-11-20T11:40:01.434302Z' }, /^created_at is no moment/],
    ['a day that is none', { date: '2026-02-30' }, /^is of another project or day/],
    ['a number beyond 64 bits', { channels: 2 ** 63 }, /^channels is no whole number/],
    ['a number that is none', { cost_usd: Number.NaN }, /^cost_usd is no number/],
  ];

  it('a key that comes twice costs the second record, and no other, also when it comes again', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    const rows = [requestRow(1), requestRow(2), { ...requestRow(1), cost_usd: 9 }, requestRow(3)];

    const receipts = [await deliver(sink, PARTITION, rows), await deliver(sink, PARTITION, rows)];

    for (const receipt of receipts) {
      expect(receipt.accepted).toBe(3);
      expect(receipt.rejected).toMatchObject([{ reason: 'has the key of a record before it', count: 1 }]);
    }
    expect(await database.sql('select count(*), max(cost_usd) < 9 as first from deepgram.requests')).toEqual([
      { count: '3', first: true },
    ]);
  });

  it.each(cases)('%s costs that record, and no other', async (_, change, reason) => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    const wrong = { ...requestRow(2), ...change } as Row;

    const receipt = await deliver(sink, PARTITION, [requestRow(1), wrong, requestRow(3)]);

    expect(receipt).toMatchObject({ accepted: 2, skipped: [] });
    expect(receipt.rejected).toEqual([
      {
        reason: expect.stringMatching(reason),
        count: 1,
        example: expect.stringContaining(requestRow(2).request_id),
      },
    ]);
    expect(await database.sql('select count(*) from deepgram.requests')).toEqual([{ count: '2' }]);
    expect(await database.sql('select records, sums from deepgram._partitions')).toEqual([
      { records: '2', sums: expect.objectContaining({ cost_usd: 0.0045, audio_seconds: 25 }) },
    ]);
  });

  it('is none of those that only look like it', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    const odd = {
      ...requestRow(1),
      path: '\\N\t\n\r\\.',
      language: 'NULL',
      tags: ['null', '', 'a,b', '"', '\\', '{}', '\\N', ' x '],
      features: [],
      error_message: '語\u{1F600}\uD800',
      cost_usd: 1e-7,
      audio_seconds: 1e21,
    };

    const receipt = await deliver(sink, PARTITION, [odd]);

    expect(receipt).toEqual({ accepted: 1, rejected: [], skipped: [] });
    const [row] = await database.sql('select * from deepgram.requests');
    expect(row).toMatchObject({
      path: odd.path,
      language: 'NULL',
      tags: odd.tags,
      features: [],
      error_message: '語\u{1F600}\uFFFD',
      cost_usd: '0.0000001',
      audio_seconds: 1e21,
    });
  });
});

describe.skipIf(!hasPostgres)('requests_by_day', () => {
  it('counts what the day has, and follows it when it changes', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    await deliver(sink, PARTITION, [
      requestRow(1),
      requestRow(2, DAY, { latency_ms: 90 }),
      requestRow(3, DAY, { status: 'error', latency_ms: null, cost_usd: null }),
    ]);
    const counted = () =>
      database.sql(
        `select status, requests, cost_usd, audio_seconds, latency_count, latency_ms_sum, latency_le_100, latency_le_500
         from deepgram.requests_by_day order by status`,
      );
    const before = await counted();

    await deliver(sink, PARTITION, [requestRow(1, DAY, { cost_usd: 1 })]);

    const success = { status: 'success', requests: '2', cost_usd: '0.00450', audio_seconds: 25 };
    expect(before).toEqual([
      {
        status: 'error',
        requests: '1',
        cost_usd: null,
        audio_seconds: 12.5,
        latency_count: '0',
        latency_ms_sum: null,
        latency_le_100: '0',
        latency_le_500: '0',
      },
      { ...success, latency_count: '2', latency_ms_sum: 590, latency_le_100: '1', latency_le_500: '2' },
    ]);
    expect(await counted()).toEqual([
      {
        ...success,
        requests: '1',
        cost_usd: '1',
        audio_seconds: 12.5,
        latency_count: '1',
        latency_ms_sum: 500,
        latency_le_100: '0',
        latency_le_500: '1',
      },
    ]);
  });

  it('has the requests of before it was there', async () => {
    const database = await emptyDatabase();
    await deliver(await preparedSink(database, [requests]), PARTITION, manyRequests(50));
    await database.sql('drop table deepgram.requests_by_day cascade');

    await preparedSink(database, [requests]);

    expect(await database.sql('select sum(requests) as sum from deepgram.requests_by_day')).toEqual([
      { sum: '50' },
    ]);
  });
});

describe.skipIf(!hasPostgres)('errors_by_message', () => {
  it('counts what failed of the day by its message, and follows it when it changes', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests]);
    const failed = (at: number, change: object) =>
      requestRow(at, DAY, { status: 'error', code: 400, error_message: 'no audio', ...change });
    await deliver(sink, PARTITION, [
      requestRow(1),
      failed(2, {}),
      failed(3, {}),
      failed(4, { status: 'lost', code: null, error_message: null }),
    ]);
    const counted = () =>
      database.sql(
        `select status, code, error_message, requests, first_at <= last_at as in_order, last_request_id
         from deepgram.errors_by_message order by status`,
      );
    const before = await counted();

    await deliver(sink, PARTITION, [requestRow(1), failed(2, {}), requestRow(3)]);

    const [, second, third, fourth] = [1, 2, 3, 4].map((at) => requestRow(at).request_id);
    const noAudio = { status: 'error', code: '400', error_message: 'no audio', in_order: true };
    const lost = { status: 'lost', code: null, error_message: null, in_order: true };
    expect(before).toEqual([
      { ...noAudio, requests: '2', last_request_id: third },
      { ...lost, requests: '1', last_request_id: fourth },
    ]);
    expect(await counted()).toEqual([{ ...noAudio, requests: '1', last_request_id: second }]);
  });
});

const SIZE = "select pg_relation_size('deepgram.requests') as size";

/** Where every row is, and which transaction wrote it, by what tells it apart. */
async function places(
  database: TestDatabase,
  table = 'requests',
  key = 'request_id',
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.sql<{ readonly key: string; readonly place: string }>(
    `select ${key} as key, concat(ctid, xmin) as place from deepgram."${table}" order by ${key}`,
  );
  return new Map(rows.map(({ key, place }) => [key, place]));
}

function group(cost: number, lineItem: string | null, tags: readonly string[] | null): Row {
  return {
    project_id: PROJECT.id,
    project_name: PROJECT.name,
    date: DAY,
    period_end: DAY,
    line_item: lineItem,
    line_item_name: null,
    tags,
    cost_usd: cost,
  };
}

function model(id: string, name: string): Row {
  const others = { canonical_name: null, kind: 'stt', languages: ['en'], version: null, last_seen: null };
  return { project_id: PROJECT.id, model_id: id, name, ...others };
}
