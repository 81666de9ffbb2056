import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parquetSink } from '../../../connectors/parquet/parquet-sink.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Stream } from '../../../src/streams/stream.js';
import { EVERY_STREAM } from '../deepgram/streams/every-stream.js';
import { readParquet } from './read-parquet.js';

const RUN = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };
const DAY = '2026-11-20';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'parquet-schemas-'));
});
afterEach(() => rm(cwd, { recursive: true }));

/** A run that delivers one partition without records of each of these streams. */
async function run(streams: readonly Stream[] = EVERY_STREAM): Promise<void> {
  const sink = parquetSink({ path: 'out', compression: 'gzip' }, sinkContext(cwd, { streams }));
  for (const stream of streams) {
    const day = stream.partitionedBy === 'day' ? DAY : null;
    const partition = { stream, project: { id: 'p-1', name: null }, day };
    await (await sink.begin(partition, new AbortController().signal)).commit();
  }
  await sink.finish?.(RUN, new AbortController().signal);
}

const textOf = (stream: string, ending: string) =>
  readFile(join(cwd, 'out/_schema', `${stream}.${ending}`), 'utf8');

it('each stream has one for DuckDB and one for Athena, beside the data', async () => {
  await run();

  const files = await readdir(join(cwd, 'out/_schema'));
  const expected = EVERY_STREAM.flatMap(({ name }) => [`${name}.athena.sql`, `${name}.duckdb.sql`]);
  expect(files.sort()).toEqual(expected.sort());
});

describe('Athena', () => {
  const COLUMN = /^ {2}`(\w+)` ([a-z]+(?:\(18,9\)|<string>)?) COMMENT '(?:[^'\\\n]|\\.)*',?$/;
  const STATEMENT =
    /^(?:--[^\n]*\n)+CREATE EXTERNAL TABLE IF NOT EXISTS `(\w+)` \(\n(.*?)\n\)\nPARTITIONED BY \(\n(.*?)\n\)\nSTORED AS PARQUET\nLOCATION 's3:\/\/BUCKET\/FOLDER\/(\w+)\/';\n$/s;
  const columns = (part = '') => part.split('\n').map((line) => COLUMN.exec(line)?.slice(1, 3) ?? line);

  it.each(EVERY_STREAM)('$name: has the columns and types of its files, and its folders', async (stream) => {
    const { name, partitionedBy } = stream;
    await run([stream]);

    const [, table, inFiles, inFolders, folder] = STATEMENT.exec(await textOf(name, 'athena.sql')) ?? [];

    const isDaily = partitionedBy === 'day';
    const file = isDaily ? `date=${DAY}/part` : 'snapshot';
    const { metadata } = await readParquet(join(cwd, `out/${name}/project_id=p-1/${file}.parquet`));
    expect([table, folder]).toEqual([name, name]);
    expect(columns(inFiles)).toEqual(athenaColumns(metadata.schema));
    expect(columns(inFolders).sort()).toEqual([
      ...(isDaily ? [['date', 'date']] : []),
      ['project_id', 'string'],
    ]);
  });

  /** What a file has, in Athena's words. */
  function athenaColumns([, ...elements]: readonly SchemaElement[]): readonly (readonly string[])[] {
    return elements
      .filter(({ name }) => name !== 'list' && name !== 'element')
      .map(({ name, type = '', converted_type: meant = type, precision, scale }) => {
        if (meant === 'DECIMAL') return [name, `decimal(${precision},${scale})`];
        return [name, ATHENA[meant] ?? `no type for ${meant}`];
      });
  }

  const ATHENA: Readonly<Record<string, string>> = {
    UTF8: 'string',
    INT64: 'bigint',
    DOUBLE: 'double',
    BOOLEAN: 'boolean',
    DATE: 'date',
    TIMESTAMP_MICROS: 'timestamp',
    LIST: 'array<string>',
  };
});

describe('DuckDB', () => {
  it.each(EVERY_STREAM)('$name: is a view of all its columns, in the order of its fields', async (stream) => {
    await run([stream]);

    const text = await textOf(stream.name, 'duckdb.sql');

    const [, selected = ''] = /AS\nSELECT\n(.*)\nFROM read_parquet\(/s.exec(text) ?? [];
    expect(selected.split(',\n').map((line) => line.trim())).toEqual(
      stream.fields.map(({ name }) => `"${name}"`),
    );
  });
});
