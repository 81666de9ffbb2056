import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointTable } from '../../src/checkpoints/checkpoint-table.js';
import { closeOrKeepOpen } from '../../src/checkpoints/day-rules.js';
import { fileStore } from '../../src/checkpoints/file/file-store.js';
import { type KnownDays, type StateDocument, stateText } from '../../src/checkpoints/file/state-document.js';
import { addDays, daysThrough } from '../../src/time/day.js';
import { ExportHistory } from './export-history.js';

const DAY_MS = 86_400_000;
const AT = '2026-11-20T12:00:00.000000Z';
const OPEN = { read_at: AT, records: 3, unsettled: 0 };
const EMPTY: StateDocument = { version: 2, updated_at: AT, sinks: new Map(), sources: new Map() };
const storeAt = (path: string) => fileStore(path, { source: 'fake', firstDay: '2015-01-01' });

async function statePath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'state-')), 'state.json');
}

describe('a state that cannot be used is refused with a way out, and stays as it is', () => {
  it.each([
    ['no JSON', '{"version": 1, "upd', 'it is no JSON: it is damaged, or no state file', 'state repair'],
    ['empty', '', 'it is no JSON: it is damaged, or no state file', 'state repair'],
    ['null', 'null', 'it is damaged', 'state repair'],
    [
      'a newer version',
      '{"version": 5, "sinks": []}',
      'it is of version 5, and this program knows 4',
      'Use the newer deepgram-export',
    ],
    ['without a version', '{"sinks": {}}', 'it is damaged at version', 'state repair'],
    [
      'a setting that is not known',
      stateText({ ...EMPTY, extra: 1 } as StateDocument),
      'it is damaged',
      'state repair',
    ],
    [
      'a day that is none',
      stateText(withDays({ closed: [['2026-02-30', '2026-03-01']], open: {}, lost: [] })),
      'it is damaged at sources.fake.requests.p-1.a.closed.0.0',
      'state repair',
    ],
    [
      'a day long before the source',
      stateText(withDays({ closed: [['0026-11-13', '2026-11-20']], open: {}, lost: [] })),
      'it is damaged at sources.fake.requests.p-1.a.closed.0.0',
      'state repair',
    ],
    [
      'an open day that is yet to come for ever',
      stateText(withDays({ closed: [], open: { '9999-12-31': OPEN }, lost: [] })),
      'it is damaged at sources.fake.requests.p-1.a.open.9999-12-31',
      'state repair',
    ],
    [
      'the first version, with a day that was lost before there were any',
      JSON.stringify({
        version: 1,
        updated_at: AT,
        sinks: {
          a: {
            destination: 'x',
            streams: {
              requests: { 'p-1': { closed: [], open: {}, lost: [['0001-01-01', '0001-01-01']] } },
            },
          },
        },
      }),
      'it is damaged at sinks.a.streams.requests.p-1.lost.0.0',
      'state repair',
    ],
    [
      'a list for the projects',
      JSON.stringify({ version: 2, updated_at: AT, sinks: {}, sources: { fake: { requests: [] } } }),
      'it is damaged at sources.fake.requests',
      'state repair',
    ],
    [
      'the first version, with a list for the projects',
      JSON.stringify({
        version: 1,
        updated_at: AT,
        sinks: { a: { destination: 'x', streams: { requests: [] } } },
      }),
      'it is damaged at sinks.a.streams.requests',
      'state repair',
    ],
  ])('%s', async (_, text, why, wayOut) => {
    const path = await statePath();
    await writeFile(path, text);

    const reading = storeAt(path).load();

    await expect(reading).rejects.toMatchObject({
      code: 'STATE_REFUSED',
      kind: 'config',
      message: `The state in ${path} cannot be used: ${why}.`,
      hint: expect.stringContaining(wayOut),
    });
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('a folder', async () => {
    const path = await statePath();
    await mkdir(path);

    await expect(storeAt(path).load()).rejects.toMatchObject({
      code: 'STATE_REFUSED',
      message: expect.stringContaining('it is a folder'),
      hint: 'Name a file in `state: { path: … }`.',
    });
  });

  it('a path that leads through a file', async () => {
    const path = await statePath();
    await writeFile(path, '{}');

    await expect(storeAt(join(path, 'state.json')).load()).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringContaining('a part of the path is a file, not a folder'),
    });
  });

  it('one of another account', async () => {
    const history = await ExportHistory.begin();
    await history.run('2026-11-20T12:00:00Z');
    const before = await history.text();

    const other = history.run('2026-11-20T13:00:00Z', { projectId: 'p-9' });

    await expect(other).rejects.toMatchObject({
      code: 'STATE_REFUSED',
      kind: 'config',
      message: expect.stringContaining('belongs to another account: it knows none of these projects'),
      hint: expect.stringContaining('deepgram-export state forget a'),
    });
    expect(await history.text()).toBe(before);
  });
});

it('what is written is what is read, and nothing else is left in the folder', async () => {
  const path = await statePath();
  const document = withDays({
    closed: [['2026-11-01', '2026-11-03']],
    open: {
      '2026-11-04': { read_at: '2026-11-04T12:00:00.000000Z', records: 3, unsettled: 1 },
    },
    lost: [['2026-10-01', '2026-10-31']],
  });

  await storeAt(path).save(document);

  expect(await storeAt(path).load()).toEqual(document);
  expect(await readdir(dirname(path))).toEqual(['state.json']);
});

it('a writing that fails leaves what was there, and no draft', async () => {
  const path = await statePath();
  await mkdir(path);
  await writeFile(join(path, 'mine.txt'), 'mine');

  const writing = storeAt(path).save(EMPTY);

  await expect(writing).rejects.toThrow('it is a folder, not a file');
  expect(await readdir(dirname(path))).toEqual(['state.json']);
  expect(await readdir(path)).toEqual(['mine.txt']);
});

it('a day is in it only when its sink has confirmed it', async () => {
  const history = await ExportHistory.begin();
  const seen: (readonly string[])[] = [];

  await history.run('2026-11-20T12:00:00Z', {
    since: '1d',
    fails: (_sink, day) => {
      seen.push([day, ...Object.keys(history.holds('a'))]);
      return day === '2026-11-20';
    },
  });

  const open = (await history.days())?.open;
  expect(seen).toEqual([['2026-11-19'], ['2026-11-20', '2026-11-19']]);
  expect(Object.keys(open ?? {})).toEqual(['2026-11-19']);
});

it('a run that dies before the state is written delivers the same once more', async () => {
  const history = await ExportHistory.begin();
  await history.run('2026-11-20T12:00:00Z');
  const before = await history.text();
  await history.run('2026-11-24T12:00:00Z');
  const delivered = history.holds('a');
  await writeFile(history.path, before);

  const again = await history.run('2026-11-24T12:00:00Z');

  expect(again.given.a).toEqual(daysThrough('2026-11-17', '2026-11-24'));
  expect(history.holds('a')).toEqual(delivered);
});

it('a run in which nothing changes writes nothing', async () => {
  const history = await ExportHistory.begin();
  await history.run('2026-11-20T12:00:00Z');
  const before = await history.text();

  await history.run('2026-11-25T12:00:00Z', { since: '2026-11-13', until: '2026-11-16' });

  expect(await history.text()).toBe(before);
});

it('nor does one whose window has days that are known to be lost', async () => {
  const history = await ExportHistory.begin();
  await history.run('2026-06-01T12:00:00Z');
  await history.run('2026-11-20T12:00:00Z');
  const before = await history.text();

  await history.run('2026-11-20T13:00:00Z', { since: '2026-06-10', until: '2026-08-30' });

  expect(await history.text()).toBe(before);
});

it('stays small: a year of days in two sinks, read every day', () => {
  const table = new CheckpointTable(undefined, 'fake');
  for (const sink of ['a', 'b']) {
    const key = { sink, stream: 'requests', projectId: 'p-1' };
    for (let at = 0; at < 365; at += 1) {
      const day = addDays('2026-01-01', at);
      const readAtMs = Date.parse(`${addDays(day, at < 361 ? 4 : 0)}T12:00:00Z`);
      const reading = {
        readAtMs,
        records: 1_000,
        unsettled: 0,
        isPartial: false,
        isUnresolved: false,
        isFinal: false,
        sums: {},
      };
      table.set(key, closeOrKeepOpen(table.get(key), day, reading, 3 * DAY_MS));
    }
  }

  const text = stateText(table.document(AT));

  expect(text.length).toBeLessThan(1_200);
});

it.each(['__proto__', 'constructor', 'toString', 'p"1\n'])(
  'a project called %j is one like any other',
  async (projectId) => {
    const history = await ExportHistory.begin({ projectId });

    await history.run('2026-11-20T12:00:00Z');
    const second = await history.run('2026-11-20T18:00:00Z');

    expect(second.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
  },
);

it.each(['__proto__', 'constructor'])('a sink called %s is one like any other', async (sink) => {
  const history = await ExportHistory.begin();

  await history.run('2026-11-20T12:00:00Z', { sinks: [sink] });
  const second = await history.run('2026-11-20T18:00:00Z', { sinks: [sink] });

  expect(second.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
});

function withDays(days: KnownDays): StateDocument {
  const table = new CheckpointTable(undefined, 'fake');
  table.set({ sink: 'a', stream: 'requests', projectId: 'p-1' }, days);
  return table.document(AT);
}
