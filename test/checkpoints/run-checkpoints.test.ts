import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { requests } from '../../connectors/deepgram/streams/requests.js';
import type { CheckpointStore } from '../../src/checkpoints/checkpoint-store.js';
import type { DayReading } from '../../src/checkpoints/checkpoints.js';
import { fileStore } from '../../src/checkpoints/file/file-store.js';
import { RunCheckpoints } from '../../src/checkpoints/run-checkpoints.js';
import { runMemory } from '../../src/checkpoints/run-memory.js';
import { fileError } from '../../src/files/file-error.js';
import { silentLog } from '../../src/log/log.js';
import { addDays, type Day, daysThrough } from '../../src/time/day.js';

const DAY_MS = 86_400_000;
const DAY = '2026-11-19';
const KEY = { sink: 'a', stream: 'requests', projectId: 'p-1' };

let path: string;
let nowMs: number;
let warnings: string[];
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'readings-')), 'state.json');
  nowMs = Date.parse('2026-11-20T12:00:00Z');
  warnings = [];
});

interface RunOptions {
  readonly source?: string;
  readonly lock?: undefined;
  readonly store?: CheckpointStore;
}

async function aRun(options: RunOptions = {}) {
  const source = options.source ?? 'deepgram';
  return RunCheckpoints.load({
    store: options.store ?? fileStore(path, { source }),
    source,
    clock: { now: () => nowMs, sleep: async () => {} },
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
    nowMs,
    lookbackMs: 3 * DAY_MS,
    destinations: new Map([['a', 'somewhere']]),
    fullRefresh: false,
    lock: 'lock' in options ? options.lock : { assertHeld: async () => {} },
  });
}

function reading(records: number, sums = {}): DayReading {
  return {
    readAtMs: nowMs,
    records,
    unsettled: 0,
    isPartial: false,
    isUnresolved: false,
    isFinal: false,
    sums,
  };
}

const days = (): Promise<readonly string[]> => readdir(`${path}.readings`).catch(() => []);

describe('of each day is remembered, once for all sinks, when it was read last and what was found', () => {
  it('in the run itself', async () => {
    const run = await aRun();
    run.delivered(KEY, DAY, reading(3));

    run.delivered({ ...KEY, sink: 'b' }, DAY, reading(4, { cost_usd: 12.5 }));

    expect(await run.lastReading('requests', 'p-1', DAY)).toEqual({
      readAtMs: nowMs,
      sameSinceMs: nowMs,
      records: 4,
      sums: { cost_usd: 12.5 },
    });
  });

  it('and in the next one, which changes the others of that day as little as those of other days', async () => {
    const first = await aRun();
    for (const day of [DAY, '2026-11-20']) first.delivered(KEY, day, reading(3, { cost_usd: 1 }));
    first.delivered({ ...KEY, projectId: '__proto__' }, DAY, reading(5));
    await first.flush();
    const untouched = await readFile(`${path}.readings/2026-11-20.json`, 'utf8');
    nowMs += DAY_MS;
    const second = await aRun();
    second.delivered({ ...KEY, stream: 'usage' }, DAY, reading(7));
    await second.flush();

    const third = await aRun();

    expect(await third.lastReading('requests', 'p-1', DAY)).toMatchObject({
      records: 3,
      sums: { cost_usd: 1 },
    });
    expect(await third.lastReading('requests', '__proto__', DAY)).toMatchObject({ records: 5 });
    expect(await third.lastReading('usage', 'p-1', DAY)).toMatchObject({ readAtMs: nowMs, records: 7 });
    expect(await readFile(`${path}.readings/2026-11-20.json`, 'utf8')).toBe(untouched);
  });

  it.each([
    ['source', { source: 'another' }, KEY],
    ['stream', {}, { ...KEY, stream: 'usage' }],
    ['project', {}, { ...KEY, projectId: 'p-2' }],
  ])('apart for each %s', async (_, options, { stream, projectId }) => {
    const first = await aRun();
    first.delivered(KEY, DAY, reading(3));
    await first.flush();

    const other = await aRun(options);

    expect(await other.lastReading(stream, projectId, DAY)).toBeUndefined();
    expect(other.dueReason({ ...KEY, stream, projectId }, DAY, requests)).toEqual({ why: 'new' });
  });

  it('for 90 days, and for no day before', async () => {
    const first = await aRun();
    const oldest = addDays('2026-11-20', -90);
    for (const day of [addDays(oldest, -1), oldest, DAY]) first.delivered(KEY, day, reading(3));
    await first.flush();
    const kept = await days();
    nowMs += DAY_MS;

    const second = await aRun();
    second.delivered(KEY, DAY, reading(3));
    await second.flush();

    expect(kept).toEqual([`${oldest}.json`, `${DAY}.json`]);
    expect(await days()).toEqual([`${DAY}.json`]);
  });
});

it('a run without the lock delivers nothing, and so remembers nothing', async () => {
  const run = await aRun({ lock: undefined });
  run.delivered(KEY, DAY, reading(3));

  await run.flush();

  expect(await run.lastReading('requests', 'p-1', DAY)).toBeUndefined();
  expect(await days()).toEqual([]);
});

it('in a run that goes on, those of days that may change are saved every five minutes, before the state', async () => {
  const { store, saved } = memoryStore();
  const run = await aRun({ store });
  await run.startRun({
    projects: [],
    streams: [],
    sinks: [
      {
        name: 'a',
        appends: false,
        isEmpty: async () => false,
        wants: () => true,
        held: async () => undefined,
      },
    ],
    window: { since: DAY, until: DAY, now: nowMs },
    versions: new Map(),
    signal: new AbortController().signal,
  });

  for (const minutes of [1, 3, 2, 1]) {
    nowMs += minutes * 60_000;
    run.delivered(KEY, DAY, reading(minutes));
    await microtasks();
  }

  expect(saved).toEqual(['state', 'state', 'state', DAY, 'state', 'state']);
});

it.each([
  ['half a second for five', 500, 4_999, 1],
  ['half a second for five', 500, 5_000, 2],
  ['nothing for one', 0, 999, 1],
  ['nothing for one', 0, 1_000, 2],
])('a state is saved less often, the longer it takes: %s', async (_, takesMs, after, times) => {
  const { store, saved } = memoryStore(takesMs);
  const run = await aRun({ store });
  run.delivered(KEY, DAY, reading(1));
  await microtasks();

  nowMs += after;
  run.delivered(KEY, DAY, reading(2));
  await microtasks();

  expect(saved).toHaveLength(times);
});

it('no day is closed before its last reading is kept, whatever is delivered meanwhile: a kill may come between', async () => {
  const kept = fileStore(path, { source: 'deepgram' });
  const meanwhile: Day[] = ['2026-11-11', '2026-11-12'];
  const closedTooSoon: string[] = [];
  const run = await aRun({
    store: {
      ...kept,
      readings: {
        ...kept.readings,
        save: async (day, readings) => {
          const other = meanwhile.shift();
          if (other !== undefined) run.delivered(KEY, other, reading(3));
          await kept.readings.save(day, readings);
        },
      },
      save: async (document) => {
        const known = document.sources.get('deepgram')?.get('requests')?.get('p-1')?.get('a');
        const there = await days();
        const closed = (known?.closed ?? []).flatMap(([since, until]) => daysThrough(since, until));
        closedTooSoon.push(...closed.map((day) => `${day}.json`).filter((file) => !there.includes(file)));
        await kept.save(document);
      },
    },
  });

  run.delivered(KEY, '2026-11-10', reading(3));
  for (const _ of [1, 2, 3]) await run.flush();

  expect(closedTooSoon).toEqual([]);
  expect(await days()).toEqual(['2026-11-10.json', '2026-11-11.json', '2026-11-12.json']);
});

it.each([
  ['damaged', '{"version": 1, "sou'],
  ['of another form', '{"version": 1, "sources": {"deepgram": []}}'],
  ['of a newer version', '{"version": 9}'],
])('what is %s is told of and begun anew; the run and its state are none the worse', async (_, text) => {
  await mkdir(`${path}.readings`);
  await writeFile(`${path}.readings/${DAY}.json`, text);
  const run = await aRun();

  await run.startRun({
    projects: [],
    streams: [],
    sinks: [],
    window: { since: DAY, until: DAY, now: nowMs },
    versions: new Map(),
    signal: new AbortController().signal,
  });
  const found = await run.lastReading('requests', 'p-1', DAY);
  run.delivered(KEY, DAY, reading(3));
  await run.flush();

  expect(found).toBeUndefined();
  expect(warnings).toEqual([
    `What was read last of ${DAY} cannot be used, and is begun anew: ${path}.readings/${DAY}.json is damaged, or of ` +
      'another version.',
  ]);
  const next = await aRun();
  expect(await next.lastReading('requests', 'p-1', DAY)).toMatchObject({ records: 3 });
  expect(next.dueReason(KEY, DAY, requests)).toEqual({ why: 'lookback' });
});

it('what cannot be written is told of; the state is kept', async () => {
  await writeFile(`${path}.readings`, 'no folder');
  const run = await aRun();
  run.delivered(KEY, DAY, reading(3));

  await run.flush();

  expect(warnings.at(-1)).toMatch(/^What was read last could not be kept: /);
  expect((await aRun()).dueReason(KEY, DAY, requests)).toEqual({ why: 'lookback' });
});

it('is set aside together with the state', async () => {
  const run = await aRun();
  run.delivered(KEY, DAY, reading(3));
  await run.flush();

  const aside = await fileStore(path, { source: 'deepgram' }).setAside(nowMs);

  expect(await (await aRun()).lastReading('requests', 'p-1', DAY)).toBeUndefined();
  expect(await readdir(`${aside}.readings`)).toEqual([`${DAY}.json`]);
});

/** A store that is no file, and tells what was saved in it. */
function memoryStore(takesMs = 0): { readonly store: CheckpointStore; readonly saved: string[] } {
  const saved: string[] = [];
  const lock = { lost: new AbortController().signal, assertHeld: async () => {}, release: async () => {} };
  const store: CheckpointStore = {
    place: 'memory',
    lock: async () => lock,
    load: async () => undefined,
    save: async () => {
      nowMs += takesMs;
      saved.push('state');
    },
    journal: {
      open: () => Promise.reject(),
      forget: async () => {},
      forgetSink: async () => {},
      setDamagedAside: async () => [],
    },
    memory: { load: async () => new Map(), save: async () => {} },
    readings: {
      load: async () => new Map(),
      save: async (day) => void saved.push(day),
      dropBefore: async () => {},
    },
    setAside: async () => undefined,
  };
  return { store, saved };
}

function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

it.each([
  [fileError('state.json', Object.assign(new Error('full'), { code: 'ENOSPC' })), 'Free some space'],
  [new Error('odd'), 'Mend the path in `state: { path: … }`.'],
])('says what to do where the state cannot be kept: %s', async (failure, hint) => {
  const store = { ...fileStore(path, { source: 'deepgram' }), save: () => Promise.reject(failure) };
  const run = await aRun({ store });
  run.delivered(KEY, DAY, reading(3));

  await expect(run.flush()).rejects.toMatchObject({
    code: 'STATE_REFUSED',
    hint: expect.stringMatching(`^What was delivered is there, .* by the next run\\. ${hint}`),
  });
});

it('says of a damaged memory that days which are read again carry the names of today', async () => {
  await writeFile(`${path}.memory`, '{"version": 1, "sou');
  const { memory } = fileStore(path, { source: 'deepgram' });

  await runMemory(memory, 'deepgram', { ...silentLog, warn: (message) => void warnings.push(message) });

  expect(warnings).toEqual([
    expect.stringMatching(
      /begun anew: .*\.memory is damaged.* Days that are read again carry the names of today\.$/,
    ),
  ]);
});
