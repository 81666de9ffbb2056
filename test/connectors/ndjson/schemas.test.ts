import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ndjsonSink } from '../../../connectors/ndjson/ndjson-sink.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Stream } from '../../../src/streams/stream.js';
import { EVERY_STREAM } from '../deepgram/streams/every-stream.js';

const RUN = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'schemas-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function run(streams: readonly Stream[] = EVERY_STREAM): Promise<void> {
  const sink = ndjsonSink({ path: 'out', compression: 'none' }, sinkContext(cwd, { streams }));
  await sink.finish?.(RUN, new AbortController().signal);
}

function schemaFile(stream: string, ending: string): string {
  return join(cwd, 'out/_schema', `${stream}.${ending}`);
}

it('each stream has one for every engine, beside the data', async () => {
  await run();

  const expected = EVERY_STREAM.flatMap(({ name }) =>
    ['athena.sql', 'bigquery.json', 'duckdb.sql', 'postgresql.sql'].map((ending) => `${name}.${ending}`),
  );
  expect(await readdir(join(cwd, 'out'))).toEqual(['_schema']);
  expect((await readdir(join(cwd, 'out/_schema'))).sort()).toEqual(expected.sort());
});

it('what says the same already is not written, and what somebody has changed is', async () => {
  await run();
  const [same, other] = [schemaFile('usage', 'duckdb.sql'), schemaFile('usage', 'athena.sql')];
  const { ino } = await stat(same);
  const right = await readFile(other, 'utf8');
  await writeFile(other, 'mine');

  await run();

  expect((await stat(same)).ino).toBe(ino);
  expect(await readFile(other, 'utf8')).toBe(right);
});

it('those of streams that this run does not have stay', async () => {
  await run();

  await run(EVERY_STREAM.slice(0, 1));

  expect(await readdir(join(cwd, 'out/_schema'))).toHaveLength(4 * EVERY_STREAM.length);
});

it('are written through no link', async () => {
  await mkdir(join(cwd, 'elsewhere'));
  await mkdir(join(cwd, 'out'));
  await symlink(join(cwd, 'elsewhere'), join(cwd, 'out/_schema'));

  await expect(run()).rejects.toMatchObject({ code: 'SINK_FILES' });

  expect(await readdir(join(cwd, 'elsewhere'))).toEqual([]);
});

describe('BigQuery', () => {
  interface Column {
    readonly name: string;
    readonly type: string;
    readonly mode: string;
    readonly description: string;
  }
  const columnsOf = async (stream: string): Promise<readonly Column[]> =>
    JSON.parse(await readFile(schemaFile(stream, 'bigquery.json'), 'utf8'));

  it.each(EVERY_STREAM.map(({ name }) => name))(
    '%s: takes its names, types, modes and descriptions',
    async (stream) => {
      await run();

      const columns = await columnsOf(stream);

      // @see https://cloud.google.com/bigquery/docs/schemas
      const prefixes = /^(_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER)/i;
      for (const { name, type, mode, description, ...others } of columns) {
        expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]{0,299}$/);
        expect(name).not.toMatch(prefixes);
        expect(['STRING', 'INTEGER', 'FLOAT', 'BOOLEAN', 'DATE', 'TIMESTAMP']).toContain(type);
        expect(['NULLABLE', 'REQUIRED', 'REPEATED']).toContain(mode);
        expect(description.length).toBeLessThanOrEqual(1_024);
        expect(others).toEqual({});
      }
      expect(new Set(columns.map(({ name }) => name.toLowerCase())).size).toBe(columns.length);
    },
  );

  it('has every field, since a line may hold none that the schema does not know', async () => {
    await run();

    for (const { name, fields } of EVERY_STREAM)
      expect((await columnsOf(name)).map((column) => column.name)).toEqual(fields.map((field) => field.name));
  });

  it('lists repeat, what may be null is nullable, and what is always given is required', async () => {
    await run();

    expect(await columnsOf('requests')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'tags', type: 'STRING', mode: 'REPEATED' }),
        expect.objectContaining({ name: 'tokens_in', type: 'INTEGER', mode: 'NULLABLE' }),
        expect.objectContaining({ name: 'cost_usd', type: 'FLOAT', mode: 'NULLABLE' }),
        expect.objectContaining({ name: 'created_at', type: 'TIMESTAMP', mode: 'REQUIRED' }),
        expect.objectContaining({ name: 'settled', type: 'BOOLEAN', mode: 'REQUIRED' }),
        expect.objectContaining({ name: 'date', type: 'DATE', mode: 'REQUIRED' }),
      ]),
    );
  });
});

describe('Athena', () => {
  const NAME = '`[a-z_][a-z0-9_]*`';
  const COMMENT = "COMMENT '(?:[^'\\\\\\n]|\\\\.)*'";
  const column = new RegExp(`^  (${NAME}) (string|bigint|double|boolean|date|array<string>) ${COMMENT},?$`);
  const statement = new RegExp(
    `^(?:--[^\\n]*\\n)+CREATE EXTERNAL TABLE IF NOT EXISTS (${NAME}) \\(\\n([^]*?)\\n\\)\\n` +
      `PARTITIONED BY \\(\\n([^]*?)\\n\\)\\nROW FORMAT SERDE 'org\\.openx\\.data\\.jsonserde\\.JsonSerDe'\\n` +
      `LOCATION 's3://BUCKET/FOLDER/(\\w+)/';\\n$`,
  );
  const parsed = async (stream: string) => {
    const text = await readFile(schemaFile(stream, 'athena.sql'), 'utf8');
    const [, table, inLines = '', inFolders = '', folder] = statement.exec(text) ?? [];
    const columns = (part: string) =>
      part.split('\n').map((line) => {
        const [, name = line, type = 'no column'] = column.exec(line) ?? [];
        return { name: name.replaceAll('`', ''), type };
      });
    return { table, folder, inLines: columns(inLines), inFolders: columns(inFolders) };
  };

  it.each(EVERY_STREAM)(
    '$name: is one statement of its types, and no column is twice there',
    async (stream) => {
      await run([stream]);

      const { table, folder, inLines, inFolders } = await parsed(stream.name);

      const names = [...inLines, ...inFolders].map(({ name }) => name);
      expect([table, folder]).toEqual([`\`${stream.name}\``, stream.name]);
      expect(names.toSorted()).toEqual(stream.fields.map(({ name }) => name).toSorted());
      expect([...inLines, ...inFolders].map(({ type }) => type)).not.toContain('no column');
    },
  );

  it('the folders are partitions: of a day, its project and date, of a snapshot, its project', async () => {
    await run();

    expect((await parsed('requests')).inFolders).toEqual([
      { name: 'project_id', type: 'string' },
      { name: 'date', type: 'date' },
    ]);
    expect((await parsed('models')).inFolders).toEqual([{ name: 'project_id', type: 'string' }]);
  });

  it('moments are text, since its own form has no T, no Z and no microseconds', async () => {
    await run();

    const { inLines } = await parsed('requests');

    expect(inLines).toContainEqual({ name: 'created_at', type: 'string' });
    expect(inLines).toContainEqual({ name: 'tags', type: 'array<string>' });
  });
});

it('names and descriptions of other people’s streams are quoted', async () => {
  const [usage] = EVERY_STREAM.filter(({ name }) => name === 'usage');
  const field = { name: 'it"s', type: 'string', role: 'dimension', description: "it's\n; DROP" } as const;
  const stream = { ...usage, name: 'other', description: 'one\n; DROP TABLE two', fields: [field] } as Stream;

  await run([stream]);

  const [athena, duckdb, postgresql] = await Promise.all(
    ['athena.sql', 'duckdb.sql', 'postgresql.sql'].map((ending) =>
      readFile(schemaFile('other', ending), 'utf8'),
    ),
  );
  expect(duckdb).toContain(`"it""s"`);
  expect(postgresql).toContain(`COMMENT ON COLUMN "other"."it""s" IS 'it''s\n; DROP';`);
  expect(athena).toContain("COMMENT 'it\\'s ; DROP'");
  for (const text of [athena, duckdb, postgresql])
    expect(text).toMatch(/^-- other: one ; DROP TABLE two\.\n/);
});
