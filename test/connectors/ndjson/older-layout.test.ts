import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { ndjsonSink } from '../../../connectors/ndjson/ndjson-sink.js';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import { partitionOf, requestRow } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { ClosingReport } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import type { Row } from '../../../src/streams/field.js';

const RUN = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };
const DAY = '2026-11-20';
const PROJECT = `requests/project_id=${partitionOf('requests', DAY).project.id}`;
const OLDER = `${PROJECT}/date=${DAY}.ndjson`;
const TODAYS = `${PROJECT}/date=${DAY}/part.ndjson`;

let cwd: string;
let out: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'older-'));
  out = join(cwd, 'out');
});
afterEach(() => rm(cwd, { recursive: true }));

function open(changes: Partial<SinkContext> = {}, compression: 'none' | 'gzip' = 'none') {
  return ndjsonSink({ path: 'out', compression }, sinkContext(cwd, changes));
}

/** A run that delivers nothing. */
async function run(changes: Partial<SinkContext> = {}, compression: 'none' | 'gzip' = 'none') {
  const report = await open(changes, compression).finish?.(RUN, new AbortController().signal);
  return report as ClosingReport; // safe: this sink has one
}

async function deliver(rows: readonly Row[], day = DAY): Promise<void> {
  const writer = await open().begin(partitionOf('requests', day), new AbortController().signal);
  await writer.write(rows);
  await writer.commit();
}

/** What such a run of today leaves of these records. */
async function todaysTextOf(rows: readonly Row[]): Promise<string> {
  await deliver(rows);
  const text = await readFile(join(out, TODAYS), 'utf8');
  await rm(out, { recursive: true });
  return text;
}

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(out, path)), { recursive: true });
  await writeFile(join(out, path), content);
}

function lines(...records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** The files of data that are there. */
async function dataFiles(): Promise<string[]> {
  const paths = Object.keys(await folderContents(out));
  return paths.filter((path) => path.startsWith('requests/')).sort();
}

describe('a day in the layout before', () => {
  it('is written in today’s form, and the older file is removed', async () => {
    const rows = [
      requestRow(1, DAY, { audio_seconds: 10, path: 'a\0b', tags: ['\ud800'] }),
      requestRow(2, DAY, { cost_usd: 1 }),
    ];
    const todays = await todaysTextOf(rows);
    await put(OLDER, lines(...rows));

    const { facts, notes } = await run();

    expect(await dataFiles()).toEqual([TODAYS]);
    expect(await readFile(join(out, TODAYS), 'utf8')).toBe(todays);
    expect(facts).toEqual({ 'days taken over': 1 });
    expect(notes).toEqual([]);
  });

  it('gets the fields that it does not have yet: its day from its time, the others null', async () => {
    const { date: _, mip_opt_out: __, ...older } = requestRow(1, DAY);
    const todays = await todaysTextOf([requestRow(1, DAY)]);
    await put(OLDER, lines(older));

    await run();

    expect(await readFile(join(out, TODAYS), 'utf8')).toBe(todays);
  });

  it.each([
    ['none', '.gz', gzipSync],
    ['gzip', '', Buffer.from],
  ] as const)('is packed as the sink packs now: %s', async (compression, ending, packed) => {
    const todays = await todaysTextOf([requestRow(1, DAY)]);
    await put(OLDER + ending, packed(lines(requestRow(1, DAY))));

    await run({}, compression);

    const file = compression === 'gzip' ? `${TODAYS}.gz` : TODAYS;
    const bytes = await readFile(join(out, file));
    expect(await dataFiles()).toEqual([file]);
    expect((compression === 'gzip' ? gunzipSync(bytes) : bytes).toString()).toBe(todays);
  });

  it('stays one that was read where it is empty', async () => {
    await put(OLDER, '');

    await run();

    expect(await dataFiles()).toEqual([TODAYS]);
    expect(await readFile(join(out, TODAYS), 'utf8')).toBe('');
  });

  it('looks as old as it is: replay holds its time against later readings', async () => {
    await put(OLDER, lines(requestRow(1, DAY)));
    await utimes(join(out, OLDER), 1_700_000_000, 1_700_000_000);

    await run();

    expect((await stat(join(out, TODAYS))).mtimeMs).toBe(1_700_000_000_000);
  });

  it('is held before and after', async () => {
    const { stream, project } = partitionOf('requests', DAY);
    const held = async () =>
      (await open().held?.(stream, project, [DAY], new AbortController().signal))?.get(DAY);
    await put(OLDER, lines(requestRow(1, DAY, { cost_usd: 2, audio_seconds: 3 })));
    const before = await held();

    await run();

    expect(before).toMatchObject({ records: 1, sums: { cost_usd: 2, audio_seconds: 3 } });
    expect(await held()).toEqual(before);
    await writeFile(join(out, TODAYS), Buffer.alloc((await stat(join(out, TODAYS))).size));
    expect(await held(), 'noted: the file is not read').toEqual(before);
  });

  it('makes the folder one that is not empty', async () => {
    await put(OLDER, '');

    expect(await open().isEmpty?.()).toBe(false);
  });

  it('does not count where it is there in today’s layout, after a kill in between', async () => {
    await deliver([requestRow(1, DAY, { path: 'new' })]);
    const todays = await readFile(join(out, TODAYS), 'utf8');
    await put(OLDER, lines(requestRow(1, DAY, { path: 'old' })));
    await put(`${OLDER}.gz`, gzipSync(lines(requestRow(1, DAY, { path: 'old' }))));

    await run();

    expect(await dataFiles()).toEqual([TODAYS]);
    expect(await readFile(join(out, TODAYS), 'utf8')).toBe(todays);
  });

  it('is taken over from a folder that a killed run has made and left empty', async () => {
    await mkdir(join(out, dirname(TODAYS)), { recursive: true });
    await put(`${dirname(TODAYS)}/.part.ndjson.1-00000000-00000000-1.tmp`, 'half');
    await put(OLDER, lines(requestRow(1, DAY)));

    await run();

    expect(await readFile(join(out, TODAYS), 'utf8')).toContain('"cost_usd"');
    expect((await dataFiles()).filter((path) => path.endsWith('.ndjson'))).toEqual([TODAYS]);
  });

  it('is removed when its day is delivered', async () => {
    await put(OLDER, lines(requestRow(1, DAY)));
    await put(`${OLDER}.gz`, gzipSync(lines(requestRow(1, DAY))));

    await deliver([requestRow(2, DAY)]);

    expect(await dataFiles()).toEqual([TODAYS]);
  });

  it('of two packings the newer one is taken', async () => {
    await put(OLDER, lines(requestRow(1, DAY, { path: 'plain' })));
    await put(`${OLDER}.gz`, gzipSync(lines(requestRow(1, DAY, { path: 'packed' }))));
    await utimes(join(out, OLDER), 1_000, 1_000);

    await run();

    expect(await dataFiles()).toEqual([TODAYS]);
    expect(await readFile(join(out, TODAYS), 'utf8')).toContain('"path":"packed"');
  });
});

it('what another run delivers meanwhile is not replaced', async () => {
  await put(OLDER, lines(requestRow(1, DAY)));
  const delivered = lines(requestRow(2, DAY));
  // Asked for when the day has been begun.
  const stream = Object.defineProperty({ ...requests }, 'sums', {
    get: () => {
      writeFileSync(join(out, TODAYS), delivered);
      return requests.sums;
    },
  });

  const { notes } = await run({ streams: [stream] });

  expect(await dataFiles()).toEqual([TODAYS]);
  expect(await readFile(join(out, TODAYS), 'utf8')).toBe(delivered);
  expect(notes).toEqual([]);
});

describe('what stays as it is, and is named', () => {
  it.each([
    ['a damaged file', 'half a li', /line 1 is cut: its last line has no end/],
    ['a file that is no JSON', 'text\n', /line 1 is no JSON/],
    [
      'a record of another day',
      lines(requestRow(1, '2026-11-19')),
      /1 record in it would be left out: .*line 1, it is of another day/,
    ],
    [
      'a field that is not known any more',
      lines({ ...requestRow(1, DAY), mood: 'fine' }),
      /it has fields that are not exported: mood/,
    ],
    [
      'a fraction among whole numbers',
      lines({ ...requestRow(1, DAY), tokens_in: 10.5 }),
      /it has other numbers than whole ones in tokens_in/,
    ],
  ])('%s', async (_what, content, why) => {
    await put(OLDER, content);
    await put(OLDER.replace(DAY, '2026-11-18'), lines(requestRow(1, '2026-11-18')));

    const { facts, notes } = await run();

    expect(await dataFiles()).toEqual([TODAYS.replace(DAY, '2026-11-18'), OLDER].sort());
    expect(await readFile(join(out, OLDER), 'utf8')).toBe(content);
    expect(facts).toEqual({ 'days taken over': 1 });
    expect(notes).toEqual([expect.stringMatching(why)]);
    expect(notes[0]).toContain(
      `1 day in the layout before stays as it is, which replay reads and engines do not: ${join(out, OLDER)}`,
    );
  });

  it('what is not ours, of other streams, and what the names of links lead to', async () => {
    const others = {
      [`${PROJECT}/date=2026-02-30.ndjson`]: 'no day',
      [`${PROJECT}/notes.txt`]: 'mine',
      'speeches/project_id=p-1/date=2026-11-20.ndjson': '{}\n',
    };
    for (const [path, text] of Object.entries(others)) await put(path, text);

    const { notes } = await run();

    expect(await folderContents(out)).toMatchObject(others);
    expect(notes).toEqual([]);
  });
});

describe('no link and no name leads out of the folder', () => {
  it('an older file that is a link is left alone, and so is its target', async () => {
    await writeFile(join(cwd, 'precious'), lines(requestRow(1, DAY)));
    await mkdir(join(out, PROJECT), { recursive: true });
    await symlink(join(cwd, 'precious'), join(out, OLDER));

    await run();

    expect(await readdir(join(out, PROJECT))).toEqual([`date=${DAY}.ndjson`]);
    expect(await readFile(join(cwd, 'precious'), 'utf8')).toBe(lines(requestRow(1, DAY)));
  });

  it.each(['requests', PROJECT])('nothing is taken over through a link: %s', async (link) => {
    const elsewhere = join(cwd, 'elsewhere');
    const below = OLDER.slice(link.length + 1);
    await mkdir(dirname(join(elsewhere, below)), { recursive: true });
    await writeFile(join(elsewhere, below), lines(requestRow(1, DAY)));
    await mkdir(dirname(join(out, link)), { recursive: true });
    await symlink(elsewhere, join(out, link));

    await run();

    expect(Object.keys(await folderContents(elsewhere))).toEqual([below]);
  });

  it('a day whose folder is a link stays, and nothing is written there', async () => {
    await put(OLDER, lines(requestRow(1, DAY)));
    await mkdir(join(cwd, 'elsewhere'));
    await symlink(join(cwd, 'elsewhere'), join(out, dirname(TODAYS)));

    const { notes } = await run();

    expect(await readdir(join(cwd, 'elsewhere'))).toEqual([]);
    expect(await dataFiles()).toEqual([OLDER]);
    expect(notes[0]).toContain('it is a symbolic link');
  });

  it('a folder that no project’s id gives is left alone', async () => {
    const file = `requests/project_id=../date=${DAY}.ndjson`.replace('../', '..%2F/');
    await put(file, lines(requestRow(1, DAY, { project_id: '../' })));

    const { notes } = await run();

    expect(await dataFiles()).toEqual([file]);
    expect(notes[0]).toContain('does not tell whose it is');
  });
});

it('what takes longer than two minutes is left to the next run, and said', async () => {
  const days = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19'];
  for (const day of days) await put(OLDER.replace(DAY, day), lines(requestRow(1, day)));
  let minutes = 0;
  const clock = { now: () => 60_000 * minutes++, sleep: async () => {} };

  const first = await run({ clock });
  const after = await dataFiles();
  const second = await run();

  expect(first.facts).toEqual({ 'days taken over': 1 });
  expect(after).toHaveLength(4);
  expect(after[0]).toBe(TODAYS.replace(DAY, '2026-11-16'));
  expect(first.notes).toEqual([
    `3 days in ${out} still to be taken over from the layout before by the next run.`,
  ]);
  expect(second).toEqual({ facts: { 'days taken over': 3 }, notes: [] });
  expect(await dataFiles()).toEqual(days.map((day) => TODAYS.replace(DAY, day)));
});

it('an interrupt leaves the rest to the next run', async () => {
  await put(OLDER, lines(requestRow(1, DAY)));
  const interrupt = new AbortController();
  interrupt.abort();

  const report = await open().finish?.(RUN, interrupt.signal);

  expect(await dataFiles()).toEqual([OLDER]);
  expect(report?.notes).toEqual([expect.stringContaining('1 day in ')]);
});
