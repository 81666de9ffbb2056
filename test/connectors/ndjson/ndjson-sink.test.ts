import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { ndjsonEncoder } from '../../../connectors/ndjson/ndjson-encoder.js';
import { ndjsonSink } from '../../../connectors/ndjson/ndjson-sink.js';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import { partitionOf, requestRow, rowsOf } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import { Dictionary } from '../../../src/encode/dictionary.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ndjson-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function deliver(partition: Partition, rows: readonly Row[], compression: 'none' | 'gzip' = 'none') {
  const sink = ndjsonSink({ path: 'out', compression }, sinkContext(cwd));
  const writer = await sink.begin(partition, new AbortController().signal);
  await writer.write(rows);
  await writer.commit();
}

it('writes one file a partition, one object a line, fields in schema order and nulls kept', async () => {
  const row = requestRow(1, '2026-11-20', {
    tags: ['prod', 'ivr'],
    error_message: 'first\r\nsecond "quoted" \u2028',
  });

  await deliver(partitionOf('requests', '2026-11-20'), [row, requestRow(2)]);

  const file = join(
    cwd,
    'out/requests/project_id=7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11/date=2026-11-20/part.ndjson',
  );
  const lines = (await readFile(file, 'utf8')).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('');
  const first = JSON.parse(lines[0] ?? '');
  expect(Object.keys(first)).toEqual(requests.fields.map((field) => field.name));
  expect(first).toEqual(row);
  expect(lines[0]).toContain('"created_at":"2026-11-20T11:40:01.434302Z"');
  expect(lines[0]).toContain('"tags":["prod","ivr"]');
  expect(lines[0]).toContain('"model":null');
});

it('keeps the digits of the documented usage', async () => {
  await deliver(partitionOf('usage', '2023-10-01'), rowsOf('usage', '2023-10-01'));

  const [text] = Object.values(await folderContents(join(cwd, 'out')));
  expect(text).toContain('"hours":865.7331186111111,"total_hours":867.6975186111111');
});

it('writes an empty file for a day with nothing in it', async () => {
  await deliver(partitionOf('requests', '2026-11-20'), []);

  expect(Object.values(await folderContents(join(cwd, 'out')))).toEqual(['']);
});

it('compresses, the same bytes every time', async () => {
  const partition = partitionOf('requests', '2026-11-20');
  const path = join(
    cwd,
    'out/requests/project_id=7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11/date=2026-11-20/part.ndjson.gz',
  );
  await deliver(partition, rowsOf('requests'), 'gzip');
  const first = await readFile(path);

  await deliver(partition, rowsOf('requests'), 'gzip');

  expect(await readFile(path)).toEqual(first);
  expect(gunzipSync(first).toString().trimEnd().split('\n')).toHaveLength(3);
});

it('replaces the same day in another compression, which a reader would count twice', async () => {
  await deliver(partitionOf('requests', '2026-11-20'), rowsOf('requests'), 'gzip');

  await deliver(partitionOf('requests', '2026-11-20'), rowsOf('requests'), 'none');

  expect(Object.keys(await folderContents(join(cwd, 'out')))).toEqual([
    expect.stringMatching(/date=2026-11-20\/part\.ndjson$/),
  ]);
});

it.each(['../../etc/passwd', '=cmd', '.', '..', '/abs', 'a'.repeat(400), 'Ünïcödé 語', ''])(
  'keeps a project with the id %j inside the folder',
  async (id) => {
    const partition = { ...partitionOf('requests', '2026-11-20'), project: { id, name: null } };

    await deliver(partition, rowsOf('requests'));

    expect(await readdir(cwd)).toEqual(['out']);
    expect(Object.keys(await folderContents(join(cwd, 'out')))).toEqual([
      expect.stringMatching(/^requests\/project_id=[\w%-]+\/date=2026-11-20\/part\.ndjson$/),
    ]);
  },
);

it.each([
  'requests',
  'requests/project_id=7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11',
  'requests/project_id=7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11/date=2026-11-20',
])('follows no link out of its folder: %s', async (link) => {
  await mkdir(join(cwd, 'elsewhere'));
  await mkdir(dirname(join(cwd, 'out', link)), { recursive: true });
  await symlink(join(cwd, 'elsewhere'), join(cwd, 'out', link));

  const delivery = deliver(partitionOf('requests', '2026-11-20'), rowsOf('requests'));

  await expect(delivery).rejects.toMatchObject({
    code: 'SINK_FILES',
    message: expect.stringContaining(`${join(cwd, 'out', link)}: it is a symbolic link`),
  });
  expect(await readdir(join(cwd, 'elsewhere'))).toEqual([]);
});

it('replaces a link that has the name of the file, and leaves its target alone', async () => {
  const folder = join(cwd, 'out/requests/project_id=7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11/date=2026-11-20');
  await mkdir(folder, { recursive: true });
  await writeFile(join(cwd, 'precious'), 'keep me');
  await symlink(join(cwd, 'precious'), join(folder, 'part.ndjson'));

  await deliver(partitionOf('requests', '2026-11-20'), rowsOf('requests'));

  expect(await readFile(join(cwd, 'precious'), 'utf8')).toBe('keep me');
});

it('reals have a point, and whole numbers none', async () => {
  const row = requestRow(1, '2026-11-20', {
    audio_seconds: 10,
    total_audio_seconds: -10,
    cost_usd: 0,
    latency_ms: 1e21,
    channels: 2,
  });

  await deliver(partitionOf('requests', '2026-11-20'), [row]);

  const [text] = Object.values(await folderContents(join(cwd, 'out')));
  expect(text).toContain('"audio_seconds":10.0,"total_audio_seconds":-10.0,"channels":2,');
  expect(text).toContain('"cost_usd":0.0,');
  expect(text).toContain('"latency_ms":1.0e+21,');
});

it('what JSON allows and databases refuse becomes U+FFFD, and whole pairs stay', async () => {
  const row = requestRow(1, '2026-11-20', {
    path: 'a\0b',
    error_message: '\ud83d\ude00\ud800',
    api_key_name: 'c\0',
    tags: ['\udc00', 'd'],
  });

  await deliver(partitionOf('requests', '2026-11-20'), [row]);

  const [text = ''] = Object.values(await folderContents(join(cwd, 'out')));
  expect(JSON.parse(text)).toMatchObject({
    path: 'a\ufffdb',
    error_message: '\ud83d\ude00\ufffd',
    api_key_name: 'c\ufffd',
    tags: ['\ufffd', 'd'],
  });
  expect(text).not.toContain('\\u');
});

it('a line is what JSON.stringify makes of the record, but for what databases refuse, whatever is in it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '\\', '\u2028', '\ud800', '', '\0'),
  );
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(-0, 1e21, 1e-7, 0.1, 24.060552, 10, -3e25),
  );
  const row = fc
    .record({
      request_id: text,
      path: text,
      tags: fc.option(fc.array(text), { nil: null }),
      settled: fc.boolean(),
      cost_usd: fc.option(number, { nil: null }),
      tokens_in: fc.option(number, { nil: null }),
    })
    .map((changes): Row => ({ ...requestRow(1), ...changes }));

  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const dictionary = new Dictionary(requests);

      const lines = Buffer.from(ndjsonEncoder(dictionary).encode(dictionary.groupRows(rows))).toString(
        'utf8',
      );

      expect(lines).toBe(rows.map(expectedLine).join(''));
    }),
    { numRuns: 500 },
  );
});

/** Made of the whole record at once, where the sink makes each value by itself. */
function expectedLine(row: Row): string {
  const reals = requests.fields.filter(({ type }) => type === 'real').map(({ name }) => name);
  const plain = JSON.stringify(row, (_name, value) =>
    typeof value === 'string' ? Buffer.from(value.replaceAll('\0', '\ufffd')).toString() : value,
  );
  const pointed = plain.replace(/"(\w+)":(-?\d+)(?=[e,}])/g, (member, name: string) =>
    reals.includes(name) ? `${member}.0` : member,
  );
  return `${pointed}\n`;
}

it('two streams of one name do not get into each other', async () => {
  const field = (name: string) => ({ name, type: 'string', role: 'dimension', description: name }) as const;
  const partition = (day: string, ...names: readonly string[]): Partition => ({
    ...partitionOf('usage', day),
    stream: { ...partitionOf('usage', day).stream, name: 'sample', key: [], fields: names.map(field) },
  });
  const sink = ndjsonSink({ path: 'out', compression: 'none' }, sinkContext(cwd));
  for (const [one, row] of [
    [partition('2026-11-19', 'a', 'b'), { a: '1', b: '2' }],
    [partition('2026-11-20', 'c'), { c: '3' }],
  ] as const) {
    const writer = await sink.begin(one, new AbortController().signal);
    await writer.write([row]);
    await writer.commit();
  }

  const files = await folderContents(join(cwd, 'out'));

  expect(Object.values(files).sort()).toEqual(['{"a":"1","b":"2"}\n', '{"c":"3"}\n']);
});
