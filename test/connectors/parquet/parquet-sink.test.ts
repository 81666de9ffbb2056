import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { members } from '../../../connectors/deepgram/streams/account.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { parquetSink } from '../../../connectors/parquet/parquet-sink.js';
import { manyRequests, partitionOf, requestRow } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Receipt } from '../../../src/catalogue/sink.js';
import { date, integer, required, text } from '../../../src/streams/column.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import { defineStream, type Stream } from '../../../src/streams/stream.js';
import { EVERY_STREAM } from '../deepgram/streams/every-stream.js';
import { type ReadParquet, readParquet } from './read-parquet.js';

const DAY = '2026-11-20';
const PARTITION = partitionOf('requests', DAY);
const { project } = PARTITION;
const FOLDER = `out/requests/project_id=${project.id}/date=${DAY}`;
const FILE = `${FOLDER}/part.parquet`;

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'parquet-'));
});
afterEach(() => rm(cwd, { recursive: true }));

interface Delivery {
  readonly partition?: Partition;
  readonly compression?: 'gzip' | 'snappy';
  readonly batch?: number;
}

async function deliver(
  rows: readonly Row[],
  { partition = PARTITION, compression = 'gzip', batch = rows.length }: Delivery = {},
): Promise<Receipt> {
  const sink = parquetSink({ path: 'out', compression }, sinkContext(cwd));
  const writer = await sink.begin(partition, new AbortController().signal);
  for (let at = 0; at < rows.length; at += batch) await writer.write(rows.slice(at, at + batch));
  return writer.commit();
}

const read = (file = FILE): Promise<ReadParquet> => readParquet(join(cwd, file));

/** One value of a field of requests there and back. */
async function kept(name: string, ...values: readonly Row[string][]): Promise<readonly Row[string][]> {
  const receipt = await deliver(values.map((value, at) => ({ ...requestRow(at + 1, DAY), [name]: value })));
  expect(receipt).toEqual({ accepted: values.length, rejected: [], skipped: [] });
  return (await read()).rows.map((row) => row[name] ?? null);
}

describe('what the columns of a file are', () => {
  const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
  const TYPES: Readonly<Record<string, Partial<SchemaElement>>> = {
    string: TEXT,
    integer: { type: 'INT64' },
    real: { type: 'DOUBLE' },
    dollars: {
      type: 'INT64',
      converted_type: 'DECIMAL',
      precision: 18,
      scale: 9,
      logical_type: { type: 'DECIMAL', precision: 18, scale: 9 },
    },
    boolean: { type: 'BOOLEAN' },
    date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
    timestamp: {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
    strings: { num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
  };

  it.each(EVERY_STREAM.map((stream) => [stream.name, stream] as const))('of %s', async (_, stream) => {
    const day = stream.partitionedBy === 'day' ? DAY : null;
    await deliver([], { partition: { stream, project, day } });

    const { metadata } = await read(fileOf(stream));
    const own = stream.fields.filter(({ name }) => name !== 'project_id' && !(name === 'date' && day));
    expect(columnsOf(metadata.schema)).toEqual(
      own.map(({ name, type, unit, required }) => ({
        name,
        repetition_type: required ? 'REQUIRED' : 'OPTIONAL',
        ...TYPES[unit === 'dollar' ? 'dollars' : type],
      })),
    );
    const said = metadata.key_value_metadata?.find(({ key }) => key === 'deepgram-export.columns')?.value;
    expect(JSON.parse(said ?? '')).toEqual(
      own.map(({ name, unit, description }) => JSON.parse(JSON.stringify({ name, unit, description }))),
    );
  });

  it('a list is one of texts', async () => {
    await deliver([]);

    const { schema } = (await read()).metadata;
    const at = schema.findIndex(({ name }) => name === 'tags');
    expect(schema.slice(at + 1, at + 3)).toEqual([
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'REQUIRED', ...TEXT },
    ]);
  });

  function fileOf({ name, partitionedBy }: Stream): string {
    const folder = `out/${name}/project_id=${project.id}`;
    return `${folder}/${partitionedBy === 'day' ? `date=${DAY}/part` : 'snapshot'}.parquet`;
  }

  /** Without what is below a list. */
  function columnsOf([, ...elements]: readonly SchemaElement[]): readonly Partial<SchemaElement>[] {
    const lists = new Set(['list', 'element']);
    return elements.filter(({ name }) => !lists.has(name));
  }
});

describe('a value is there as it was given', () => {
  it('a list, an empty one and none are three things', async () => {
    const lists = [
      ...[['prod', 'ivr'], [], null, [''], ['null'], ['a,b', '"', '}']],
      ...[['prod'], ['ivr', 'prod'], ['prod,ivr'], ['prod', 'ivr', ''], ['prod', 'ivr'], []],
    ];

    expect(await kept('tags', ...lists)).toEqual(lists);
  });

  it('a text, whatever is in it, but for what databases refuse', async () => {
    const texts = ['', 'null', 'a\r\nb', '語\u{1F600}', 'é'.repeat(70_000), null];

    expect(await kept('error_message', ...texts, '\u0000', '\uD800x')).toEqual([
      ...texts,
      '\uFFFD',
      '\uFFFDx',
    ]);
  });

  it('a moment, to its microsecond, before 1970 too', async () => {
    const moments = [
      '2026-11-20T11:59:47.434302Z',
      '1969-12-31T23:59:59.999999Z',
      '0001-01-01T00:00:00.000000Z',
      '9999-12-31T23:59:59.000001Z',
      null,
    ];

    expect(await kept('completed_at', ...moments)).toEqual(moments);
  });

  it('a whole number of 64 bits', async () => {
    const numbers = [0, -1, 2 ** 31, 2 ** 53 - 1, -(2 ** 62), 2 ** 63 - 1024, null];

    expect(await kept('tokens_in', ...numbers)).toEqual(numbers);
  });

  it('a real, with each of its digits', async () => {
    const reals = [865.7331186111111, 1e-300, -0.1, 1.7976931348623157e308, 10, null];

    expect(await kept('audio_seconds', ...reals)).toEqual(reals);
  });

  it('a flag', async () => {
    expect(await kept('mip_opt_out', true, false, null)).toEqual([true, false, null]);
  });

  it('of columns in which nothing has ever been', async () => {
    const row = requestRow(1, DAY, { tags: null, features: null });
    await deliver([row, row], { compression: 'snappy' });
    await deliver([row, row]);

    expect((await read()).rows.map(({ model, tags }) => [model, tags])).toEqual([
      [null, null],
      [null, null],
    ]);
  });
});

describe('dollars', () => {
  it.each([
    [0.00225, '0.002250000'],
    [0.1, '0.100000000'],
    [1e-7, '0.000000100'],
    [-12.5, '-12.500000000'],
    [0, '0.000000000'],
    [-0, '0.000000000'],
    [123456789.12345679, '123456789.123456790'],
    [999999999.9999999, '999999999.999999900'],
    // What has more than nine places is rounded to the nearer billionth, and halves away from zero.
    [1.2e-9, '0.000000001'],
    [1.5e-9, '0.000000002'],
    [2.5e-9, '0.000000003'],
    [-2.5e-9, '-0.000000003'],
    [4.9e-10, '0.000000000'],
    [1e-300, '0.000000000'],
    [0.0043333333333333, '0.004333333'],
  ])('%d are %s, made of the digits and not of the number', async (dollars, text) => {
    expect(await kept('cost_usd', dollars)).toEqual([text]);
  });

  it.each([1e9, -1e9, 1e15, 1e300])('%d do not fit, and are not rounded to fit', async (dollars) => {
    const receipt = await deliver([requestRow(1, DAY, { cost_usd: dollars }), requestRow(2)]);

    expect(receipt).toMatchObject({
      accepted: 1,
      rejected: [{ reason: 'cost_usd is no number of dollars below a billion', count: 1 }],
    });
  });

  it('are as many as the digits of any number say', async () => {
    const numbers = Array.from({ length: 2_000 }, (_, at) =>
      Number(`${(at * 7_919) % 1_000}.${at * 104_729}`),
    );

    const found = await kept('cost_usd', ...numbers);

    expect(found.map(Number)).toEqual(numbers);
  });
});

describe('a record that does not fit is refused with its reason, and the others are there', () => {
  const wrong: readonly (readonly [field: string, value: unknown, reason: string])[] = [
    ['error_message', 7, 'error_message is no text'],
    ['request_id', null, 'request_id is missing'],
    ['tokens_in', 1.5, 'tokens_in is no whole number of 64 bits'],
    ['tokens_in', 2 ** 63, 'tokens_in is no whole number of 64 bits'],
    ['audio_seconds', Number.NaN, 'audio_seconds is no number'],
    ['cost_usd', 'free', 'cost_usd is no number of dollars below a billion'],
    ['settled', 'yes', 'settled is neither true nor false'],
    ['completed_at', '2026-11-20', 'completed_at is no moment in UTC'],
    ['completed_at', '2026-02-30T00:00:00.000000Z', 'completed_at is no moment in UTC'],
    ['tags', 'prod', 'tags is no list of texts'],
    ['tags', ['prod', 7], 'tags is no list of texts'],
    ['tags', { prod: true }, 'tags is no list of texts'],
    ['date', '2026-11-19', 'is of another project or day than what it was read with'],
    ['project_id', 'p-2', 'is of another project or day than what it was read with'],
  ];

  it.each(wrong)('%s: %j', async (field, value, reason) => {
    const bad = { ...requestRow(2), [field]: value } as Row; // what a source of somebody else may give

    const receipt = await deliver([requestRow(1), bad, requestRow(3)]);

    expect(receipt).toEqual({
      accepted: 2,
      rejected: [{ reason, count: 1, example: expect.any(String) }],
      skipped: [],
    });
    expect((await read()).rows.map(({ request_id: id }) => id)).toEqual(
      [1, 3].map((index) => requestRow(index).request_id),
    );
  });

  it('names the record', async () => {
    const receipt = await deliver([requestRow(2, DAY, { cost_usd: 1e9 })]);

    expect(receipt.rejected[0]?.example).toBe(`"${project.id}" "${requestRow(2).request_id}"`);
  });
});

describe('the rows of a file', () => {
  const hits = defineStream({
    ...{ source: 'web', kind: 'hits', name: 'hits', description: 'Hits', partitionedBy: 'day', key: ['id'] },
    columns: {
      ...{ project_id: required(text('Project')), date: required(date('Day')) },
      ...{ id: required(text('Its id')), n: integer('Its number') },
    },
  });
  const ofHits: Partition = { stream: hits, project, day: DAY };
  const folder = FOLDER.replace('requests', hits.name);
  const file = `${folder}/part.parquet`;
  const hit = (n: number): Row => ({ project_id: project.id, date: DAY, id: `hit ${n}`, n });
  const many = Array.from({ length: 120_000 }, (_, n) => hit(n));

  it('are in groups of 50,000, each of which is on the disk when it is full', async () => {
    const sink = parquetSink({ path: 'out', compression: 'snappy' }, sinkContext(cwd));
    const writer = await sink.begin(ofHits, new AbortController().signal);
    const bytesAfter = async (from: number, until: number): Promise<number> => {
      await writer.write(many.slice(from, until));
      return bytesBelow(join(cwd, folder));
    };

    const nothing = await bytesAfter(0, 49_999);
    const one = await bytesAfter(49_999, 50_000);
    const still = await bytesAfter(50_000, 99_999);
    const two = await bytesAfter(99_999, 100_000);
    await bytesAfter(100_000, 120_000);
    await writer.commit();

    const { rows, metadata } = await read(file);
    expect(metadata.row_groups.map(({ num_rows: count }) => Number(count))).toEqual([50_000, 50_000, 20_000]);
    expect(rows.at(-1)).toEqual({ id: 'hit 119999', n: 119_999 });
    expect({ nothing, still }).toEqual({ nothing: 0, still: one });
    expect(one).toBeGreaterThan(100_000);
    expect(two).toBeGreaterThan(1.5 * one);
  });

  it('are the same bytes, however they came', async () => {
    const some = many.slice(0, 60_000).map((row, at) => (at % 7_000 === 0 ? { ...row, n: 0.5 } : row));

    await deliver(some, { partition: ofHits, batch: 60_000 });
    const once = await readFile(join(cwd, file));
    await deliver(some, { partition: ofHits, batch: 7_001 });

    expect((await readFile(join(cwd, file))).equals(once)).toBe(true);
    expect((await read(file)).rows).toHaveLength(60_000 - 9);
  });

  it('say of each group what the least and the greatest of a column is, and how many are null', async () => {
    await deliver([
      requestRow(1, DAY, { cost_usd: 0.1, tags: ['b'], error_message: 'x'.repeat(40), model: null }),
      requestRow(9, DAY, { cost_usd: null, tags: ['a', 'c'], error_message: 'y', model: null }),
    ]);

    const [group] = (await read()).metadata.row_groups;
    const facts = new Map(
      group?.columns.map(({ meta_data: column }) => [column?.path_in_schema[0], column?.statistics]),
    );
    const facet = (name: string) => {
      const { min_value, max_value, null_count } = facts.get(name) ?? {};
      return [min_value, max_value, Number(null_count)];
    };
    expect(facts.size).toBe(requests.fields.length - 2);
    expect(facet('request_id')[2]).toBe(0);
    expect(facet('created_at')).toEqual([
      new Date(`${DAY}T11:40:01.434Z`),
      new Date(`${DAY}T11:40:09.434Z`),
      0,
    ]);
    expect(facet('cost_usd')).toEqual([expect.closeTo(0.1), expect.closeTo(0.1), 1]);
    expect(facet('tags')).toEqual(['a', 'c', 0]);
    expect(facet('model')).toEqual([undefined, undefined, 2]);
    const [least, greatest] = facet('error_message');
    expect('x'.repeat(40) >= String(least) && String(greatest) >= 'y').toBe(true);
  });
});

it.each(['gzip', 'snappy'] as const)(
  'with %s, what no row has a value of is not compressed',
  async (compression) => {
    const nothing = { model: null, tags: [], features: null };
    await deliver([requestRow(1, DAY, nothing), requestRow(2, DAY, nothing)], { compression });

    const { columns = [] } = (await read()).metadata.row_groups[0] ?? {};
    const codecs = new Map(columns.map(({ meta_data: one }) => [one?.path_in_schema[0], one?.codec]));
    const codecOf = (name: string) => codecs.get(name);
    expect(['model', 'tags', 'features'].map(codecOf)).toEqual(Array(3).fill('UNCOMPRESSED'));
    expect(['request_id', 'cost_usd'].map(codecOf)).toEqual(Array(2).fill(compression.toUpperCase()));
  },
);

it('replaces the file of an earlier run, also of the other compression, and leaves nothing else behind', async () => {
  await deliver(manyRequests(3), { compression: 'gzip' });
  await deliver(manyRequests(2), { compression: 'snappy' });

  expect(await readdir(join(cwd, FOLDER))).toEqual(['part.parquet']);
  const { rows, metadata } = await read();
  expect(rows).toHaveLength(2);
  expect(metadata.row_groups[0]?.columns[0]?.meta_data?.codec).toBe('SNAPPY');
});

it('an id from outside gets a folder of its own', async () => {
  const outside = { id: '../../etc', name: null };
  await deliver([{ ...requestRow(1), project_id: outside.id }], {
    partition: { ...PARTITION, project: outside },
  });

  expect(await readdir(join(cwd, 'out/requests'))).toEqual(['project_id=%2E%2E%2F%2E%2E%2Fetc']);
});

it.skipIf(process.platform === 'win32')('nobody else may read what is about persons', async () => {
  await deliver([], { partition: { stream: members, project, day: null } });
  await deliver([]);

  const modeOf = async (file: string) => (await stat(join(cwd, file))).mode & 0o077;
  expect(await modeOf(`out/members/project_id=${project.id}/snapshot.parquet`)).toBe(0);
  expect(await modeOf(FILE)).not.toBe(0);
});

/** Of all files in a folder, half-written ones too. */
async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
