import { describe, expect, it } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { NOW } from '../../../../connectors/testing/sample-records.js';
import type { CheckpointedSink, DayReading } from '../../../../src/checkpoints/checkpoints.js';
import type { StateDocument } from '../../../../src/checkpoints/file/state-document.js';
import { sharedMemory } from '../../../../src/checkpoints/run-memory.js';
import { silentLog } from '../../../../src/log/log.js';
import { addDays, type Day } from '../../../../src/time/day.js';
import { emptyDatabase } from '../opened-sink.js';
import { hasPostgres, type TestDatabase } from '../postgres-server.js';
import { openedState, type SharedProcess, SOURCE, sharedProcess } from './shared-process.js';

const clock = { now: () => NOW, sleep: async () => {} };
const OLD = '2026-11-01';
const signal = new AbortController().signal;

const sink = (name: string, appends = false): CheckpointedSink => ({
  name,
  appends,
  isEmpty: async () => false,
  wants: () => true,
  held: async () => undefined,
});

/** One of several processes on a state; nothing is in memory of what was before. */
async function aProcess(
  database: TestDatabase,
  sinks = [sink('archive'), sink('logs', true)],
  destination = 'somewhere',
  /** What happens when it has loaded what there is, and has not begun. */
  meanwhile = async () => {},
): Promise<SharedProcess> {
  const { store, lock, checkpoints } = await sharedProcess(
    database,
    new Map(sinks.map(({ name }) => [name, destination])),
  );
  await meanwhile();
  const projects = [{ id: 'p-1', name: 'Support line' }];
  const window = {
    since: OLD,
    until: '2026-11-20',
    now: NOW,
    isDefault: false,
    isByHand: false,
  };
  await checkpoints.startRun({ projects, streams: [requests], sinks, window, versions: new Map(), signal });
  return { store, checkpoints, lock };
}

const key = (name: string, projectId = 'p-1') => ({ sink: name, stream: 'requests', projectId });

const reading = (records: number): DayReading => ({
  readAtMs: NOW,
  records,
  unsettled: 0,
  isPartial: false,
  isUnresolved: false,
  isFinal: false,
  sums: {},
});

/** What is kept, as one who has it alone would find it. */
async function kept(database: TestDatabase): Promise<StateDocument | undefined> {
  return (await openedState(database)).load();
}

const daysOf = (document: StateDocument | undefined, name: string, projectId = 'p-1') =>
  document?.sources.get(SOURCE)?.get('requests')?.get(projectId)?.get(name);

describe.skipIf(!hasPostgres)('a state in PostgreSQL that processes share', () => {
  it('has what each of them has delivered, also of one stream and project', async () => {
    const database = await emptyDatabase();
    const [one, other] = [await aProcess(database), await aProcess(database)];

    for (let day = 0; day < 10; day += 1) {
      const { checkpoints } = day % 2 === 0 ? one : other;
      checkpoints.delivered(key('archive'), addDays(OLD, day), reading(day));
      checkpoints.delivered(key('archive', `p-${day}`), OLD, reading(1));
      if (day % 3 === 0) await checkpoints.flush();
    }
    await Promise.all([one.checkpoints.flush(), other.checkpoints.flush()]);

    const document = await kept(database); // and so the count of rows is right
    expect(daysOf(document, 'archive')?.closed).toEqual([[OLD, '2026-11-10']]);
    for (let day = 2; day < 10; day += 1)
      expect(daysOf(document, 'archive', `p-${day}`)?.closed).toHaveLength(1);
    expect(await one.checkpoints.lastReading('requests', 'p-1', '2026-11-06')).toMatchObject({ records: 5 });
    expect(await other.checkpoints.lastReading('requests', 'p-1', '2026-11-05')).toMatchObject({
      records: 4,
    });
  });

  it('tells one what others have read of a project since, when that one looks again', async () => {
    const database = await emptyDatabase();
    const [one, other] = [await aProcess(database), await aProcess(database)];
    const asked = () => one.checkpoints.lastReading('requests', 'p-1', '2026-11-19');
    const before = await asked();
    other.checkpoints.delivered(key('archive'), '2026-11-19', reading(7));
    await other.checkpoints.flush();

    await one.checkpoints.refresh?.('requests', 'p-2');
    const ofOthers = await asked();
    await one.checkpoints.refresh?.('requests', 'p-1');

    expect([before, ofOthers]).toEqual([undefined, undefined]);
    expect(await asked()).toMatchObject({ records: 7 });
  });

  it('keeps out a run that wants it alone, and the other way round', async () => {
    const database = await emptyDatabase();
    const [one, other] = [await aProcess(database), await aProcess(database)];
    const alone = await openedState(database);
    const lockAlone = () => alone.lock({ clock, log: silentLog, signal, wait: false });

    await expect(lockAlone()).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      message: expect.stringMatching(/process \d+ on .*, and 1 more that share it\.$/),
    });
    await one.lock.release();
    await other.lock.release();
    const lock = await lockAlone();

    await expect(aProcess(database)).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    await lock.release();
    expect(await database.sql("select * from deepgram_state._state where kind = 'lock'")).toEqual([]);
  });

  it('gives a partition of an append sink to one of them, until what it delivered is kept', async () => {
    const database = await emptyDatabase();
    const [one, other] = [await aProcess(database), await aProcess(database)];
    const claim = ({ checkpoints }: SharedProcess, day: Day) => checkpoints.claim?.(key('logs'), day);

    const taken = [await claim(one, OLD), await claim(other, OLD), await claim(other, addDays(OLD, 1))];
    one.checkpoints.delivered(key('logs'), OLD, reading(3));
    await one.checkpoints.release?.(key('logs'), OLD);
    await other.checkpoints.release?.(key('logs'), addDays(OLD, 1));
    const delivered = [await claim(one, addDays(OLD, 1)), await claim(other, OLD)];
    await one.checkpoints.flush();
    const seen = [await claim(other, OLD), await claim(other, addDays(OLD, 1))];
    await one.lock.release();

    expect(taken).toEqual(['taken', 'elsewhere', 'taken']);
    expect(delivered[0]).toBe('taken');
    expect(seen).toEqual(['closed', 'elsewhere']);
    expect(await claim(other, addDays(OLD, 1))).toBe('taken'); // that process is gone
  });

  it('begins a sink anew once, however many find that it delivers elsewhere now', async () => {
    const database = await emptyDatabase();
    const before = await aProcess(database);
    before.checkpoints.delivered(key('archive'), OLD, reading(1));
    await before.checkpoints.flush();
    await before.lock.release();

    const other = await aProcess(database, [sink('archive')], 'elsewhere', async () => {
      const one = await aProcess(database, [sink('archive')], 'elsewhere');
      one.checkpoints.delivered(key('archive'), '2026-11-02', reading(2));
      await one.checkpoints.flush();
    });
    other.checkpoints.delivered(key('archive'), '2026-11-03', reading(3));
    await other.checkpoints.flush();

    expect(daysOf(await kept(database), 'archive')?.closed).toEqual([['2026-11-02', '2026-11-03']]);
  });

  it('shows a process what others have delivered when it asks', async () => {
    const database = await emptyDatabase();
    const [one, other] = [await aProcess(database), await aProcess(database)];
    one.checkpoints.delivered(key('archive'), OLD, reading(1));
    await one.checkpoints.flush();
    const due = () => other.checkpoints.dueReason(key('archive'), OLD, requests);

    const before = due();
    await other.checkpoints.refresh?.('requests', 'p-1');

    expect([before, due()]).toEqual([{ why: 'new' }, { rests: 'closed' }]);
  });

  it('remembers of a project what each of them has learned', async () => {
    const database = await emptyDatabase();
    const [one, other] = [await aProcess(database), await aProcess(database)];
    const memoryOf = ({ store }: SharedProcess) => {
      if (store.shared === undefined) throw new Error('it can be shared');
      const merge = ({ base, mine, theirs }: { base: unknown; mine: unknown; theirs: unknown }) => ({
        ...Object(base),
        ...Object(theirs),
        ...Object(mine),
      });
      return sharedMemory(store.memory, store.shared, SOURCE, merge, silentLog);
    };
    const [mine, theirs] = [await memoryOf(one), await memoryOf(other)];

    mine.set('p-1', { keys: 1 });
    theirs.set('p-1', { models: 2 });
    await mine.save();
    await theirs.save();
    mine.set('p-2', { keys: 3 });
    await mine.save();

    const remembered = await (await openedState(database)).memory.load();
    expect(remembered.get(SOURCE)).toEqual(
      new Map([
        ['p-1', { keys: 1, models: 2 }],
        ['p-2', { keys: 3 }],
      ]),
    );
  });

  it('takes over what older versions kept of last readings', async () => {
    const database = await emptyDatabase();
    await (await aProcess(database)).lock.release();
    const value = JSON.stringify({ source: SOURCE, stream: 'requests', projects: { 'p-1': [NOW, 7, {}] } });
    await database.sql(`insert into deepgram_state._state values ('readings', '["${OLD}"]', 0, $1)`, [value]);

    const { checkpoints } = await aProcess(database);

    expect(await checkpoints.lastReading('requests', 'p-1', OLD)).toMatchObject({ records: 7 });
    expect(await database.sql("select kind from deepgram_state._state where kind like '%readings'")).toEqual([
      { kind: 'last_readings' },
    ]);
  });
});
