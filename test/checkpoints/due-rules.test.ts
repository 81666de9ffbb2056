import { describe, expect, it } from 'vitest';
import { billing } from '../../connectors/deepgram/streams/billing.js';
import { daysThrough } from '../../src/time/day.js';
import { ExportHistory, LOG, type RunOptions, record } from './export-history.js';

const NEVER = Number.POSITIVE_INFINITY;
/** Of a window of seven days with a lookback of three, on the 20th. */
const LOOKBACK = daysThrough('2026-11-17', '2026-11-19');

/** An account of which nothing changes, and which says so. */
const still = { version: () => 'as ever' };

describe('a day of which nothing is known to have changed', () => {
  it.each([
    ['2026-11-20T12:15:00Z', []],
    ['2026-11-20T17:58:59Z', []],
    ['2026-11-20T17:59:00Z', LOOKBACK], // a schedule may be a little early
    ['2026-11-20T18:00:00Z', LOOKBACK],
  ])('is read again six hours after, within the lookback: at %s', async (at, read) => {
    const history = await ExportHistory.begin(still);
    await history.run('2026-11-20T12:00:00Z');

    const second = await history.run(at);

    expect(second.read).toEqual([...read, '2026-11-20']);
  });

  it('nor can be: by the clock alone where the source says nothing', async () => {
    const history = await ExportHistory.begin();
    await history.run('2026-11-20T12:00:00Z');

    const soon = await history.run('2026-11-20T17:00:00Z');
    const later = await history.run('2026-11-20T18:00:00Z');

    expect([soon.read, later.read]).toEqual([['2026-11-20'], [...LOOKBACK, '2026-11-20']]);
  });

  it.each([
    ['2026-11-20T12:58:59Z', false],
    ['2026-11-20T13:00:00Z', true],
  ])('is read again an hour after where a record of it may still change: at %s %s', async (at, isRead) => {
    const rows = (day: string) => [record(day, day !== '2026-11-18')];
    const history = await ExportHistory.begin({ ...still, rows });
    await history.run('2026-11-20T12:00:00Z');

    const second = await history.run(at);

    expect(second.read).toEqual([...(isRead ? ['2026-11-18'] : []), '2026-11-20']);
  });

  it('is read by a sink that others have overtaken, at once', async () => {
    const history = await ExportHistory.begin({
      version: (day, nowMs) => (day === '2026-11-18' ? `${nowMs}` : 'as ever'),
    });
    const sinks = ['a', 'b'];
    await history.run('2026-11-20T12:00:00Z', { sinks });
    await history.run('2026-11-20T12:15:00Z', {
      sinks,
      fails: (sink, day) => sink === 'b' && day === '2026-11-18',
    });

    const third = await history.run('2026-11-20T12:15:00Z', { sinks });

    expect(third.given).toEqual({ a: ['2026-11-20'], b: ['2026-11-18', '2026-11-20'] });
  });

  it.each<[string, RunOptions]>([
    ['since it had failed', { sinks: ['a', 'b'], fails: (sink) => sink === 'b' }],
    ['since it had lost it', { sinks: ['a', 'b'], held: (sink, _, has) => (sink === 'b' ? undefined : has) }],
    ['since it is new', { sinks: ['a'] }],
  ])('is not read for the others when one has got it later, %s', async (_, first) => {
    const history = await ExportHistory.begin(still);
    const sinks = ['a', 'b'];
    await history.run('2026-11-20T12:00:00Z', first);
    await history.run('2026-11-20T12:15:00Z', { ...first, sinks, fails: () => false });

    const third = await history.run('2026-11-20T12:30:00Z', { sinks });
    const later = await history.run('2026-11-20T18:00:00Z', { sinks });

    expect(third.given).toEqual({ a: ['2026-11-20'], b: ['2026-11-20'] });
    expect(later.given).toMatchObject({ a: [...LOOKBACK, '2026-11-20'] });
  });

  it('is read where the clock that read it was ahead', async () => {
    const history = await ExportHistory.begin(still);
    await history.run('2026-11-20T23:00:00Z');

    const back = await history.run('2026-11-20T12:00:00Z');
    const after = await history.run('2026-11-20T12:15:00Z');

    expect(back.read).toEqual([...LOOKBACK, '2026-11-20']);
    expect(after.read).toEqual(['2026-11-20']);
  });
});

describe('a day of which some could not be understood', () => {
  it('is read again an hour after, also within the lookback', async () => {
    const unreadable = (day: string) => (day === '2026-11-18' ? 1 : 0);
    const history = await ExportHistory.begin({ ...still, unreadable });
    await history.run('2026-11-20T12:00:00Z');

    const soon = await history.run('2026-11-20T12:15:00Z');
    const later = await history.run('2026-11-20T13:00:00Z');

    expect([soon.read, later.read]).toEqual([['2026-11-20'], ['2026-11-18', '2026-11-20']]);
  });
});

describe('a day that has changed', () => {
  it('is read at once, and no other', async () => {
    const changes = Date.parse('2026-11-20T12:15:00Z');
    const history = await ExportHistory.begin({
      version: (day, nowMs) => (day === '2026-11-18' && nowMs >= changes ? 'new' : 'as ever'),
    });
    await history.run('2026-11-20T12:00:00Z');

    const changed = await history.run('2026-11-20T12:15:00Z');
    const after = await history.run('2026-11-20T12:30:00Z');

    expect(changed.read).toEqual(['2026-11-18', '2026-11-20']);
    expect(after.read).toEqual(['2026-11-20']);
  });

  it('and was closed is opened again, until every sink that replaces has it; to one that appends it stays closed', async () => {
    const changes = Date.parse('2026-11-20T12:15:00Z');
    const history = await ExportHistory.begin({
      version: (day, nowMs) => (day === '2026-11-14' && nowMs >= changes ? 'new' : 'as ever'),
    });
    const sinks = ['a', 'b', LOG];
    await history.run('2026-11-20T12:00:00Z', { sinks });
    const fails = (sink: string, day: string) => sink === 'b' && day === '2026-11-14';

    const second = await history.run('2026-11-20T12:15:00Z', { sinks, fails });
    const third = await history.run('2026-11-20T12:30:00Z', { sinks });
    const fourth = await history.run('2026-11-20T12:45:00Z', { sinks });

    expect(second.given).toMatchObject({ a: ['2026-11-14', '2026-11-20'], b: ['2026-11-20'] });
    expect(third.given).toMatchObject({ a: ['2026-11-20'], b: ['2026-11-14', '2026-11-20'] });
    expect(fourth.read).toEqual(['2026-11-20']);
    expect(history.logged.filter(({ request_id: id }) => String(id).startsWith('2026-11-14'))).toHaveLength(
      1,
    );
  });

  it('and was closed stays so where nothing is known of how it was', async () => {
    const history = await ExportHistory.begin({
      version: (_day, nowMs) => (nowMs < Date.parse('2026-11-20T12:15:00Z') ? undefined : 'new'),
    });
    await history.run('2026-11-20T12:00:00Z');

    const second = await history.run('2026-11-20T12:15:00Z');

    expect(second.read).not.toContain('2026-11-14');
  });
});

describe('a closed day that is read again and has changed, though the source cannot say so', () => {
  const changes = Date.parse('2026-11-20T08:00:00Z');
  const rows = (day: string, nowMs: number) =>
    day === '2026-11-15' && nowMs >= changes
      ? [record(day, true), record(day, true, 1)]
      : [record(day, true)];

  it.each<[string, RunOptions]>([
    ['since the lookback has grown', { lookback: '5d' }],
    ['since everything is asked for', { fullRefresh: true }],
    ['for a sink that is new', { sinks: ['a', 'b', 'c', LOG] }],
  ])('%s, is open again to a sink that did not get it', async (_, options) => {
    const history = await ExportHistory.begin({ rows });
    const sinks = ['a', 'b', LOG];
    await history.run('2026-11-20T02:00:00Z', { sinks });
    const fails = (sink: string, day: string) => sink === 'b' && day === '2026-11-15';

    await history.run('2026-11-20T08:00:00Z', { sinks, ...options, fails });
    const third = await history.run('2026-11-20T08:15:00Z', { sinks });
    const fourth = await history.run('2026-11-20T08:30:00Z', { sinks });

    expect(third.given.b).toEqual(['2026-11-15', '2026-11-20']);
    expect([history.holds('a'), history.holds('b')].map((held) => held['2026-11-15']?.length)).toEqual([
      2, 2,
    ]);
    expect(fourth.read).toEqual(['2026-11-20']);
    expect(history.logged.filter(({ request_id: id }) => String(id).startsWith('2026-11-15'))).toHaveLength(
      1,
    );
  });
});

describe('the day that grows', () => {
  it.each([
    ['2026-11-21T01:59:59Z', ['2026-11-20', '2026-11-21']],
    ['2026-11-21T02:00:00Z', ['2026-11-21']],
  ])('is read with every run, and two hours beyond its end: at %s', async (at, read) => {
    const history = await ExportHistory.begin(still);
    const begin = new Date(Date.parse(at) - 60_000).toISOString();
    await history.run(begin);

    const second = await history.run(at);

    expect(second.read).toEqual(read);
  });

  it('is read once an hour only of totals that are as before', async () => {
    const history = await ExportHistory.begin({ ...still, stream: billing, rows: (day) => [{ date: day }] });
    await history.run('2026-11-20T12:00:00Z');

    const soon = await history.run('2026-11-20T12:15:00Z');
    const later = await history.run('2026-11-20T13:00:00Z');

    expect([soon.read, later.read]).toEqual([[], ['2026-11-20']]);
  });

  it('of totals is read by a sink that others have overtaken, at once', async () => {
    const history = await ExportHistory.begin({
      stream: billing,
      rows: (day) => [{ date: day }],
      version: (_day, nowMs) => (nowMs < Date.parse('2026-11-20T12:15:00Z') ? 'before' : 'as ever'),
    });
    const sinks = ['a', 'b'];
    await history.run('2026-11-20T12:00:00Z', { sinks });
    await history.run('2026-11-20T12:15:00Z', { sinks, fails: (sink) => sink === 'b' });

    const third = await history.run('2026-11-20T12:30:00Z', { sinks });

    expect([third.given.a, third.given.b?.includes('2026-11-20')]).toEqual([[], true]);
  });

  it('is read with every run of totals of which the source says nothing', async () => {
    const history = await ExportHistory.begin({ stream: billing, rows: (day) => [{ date: day }] });
    await history.run('2026-11-20T12:00:00Z');

    const soon = await history.run('2026-11-20T12:15:00Z');

    expect(soon.read).toEqual(['2026-11-20']);
  });
});

describe('a day of which less was kept back', () => {
  const less = Date.parse('2026-11-20T12:15:00Z');
  const rows = (day: string, nowMs: number) =>
    day === '2026-11-18' && nowMs >= less ? [record(day, true)] : [record(day, true), record(day, true, 1)];

  it('is believed an hour after by a clock that was ahead, and not sooner', async () => {
    const history = await ExportHistory.begin({ ...still, rows });
    await history.run('2026-11-20T12:00:00Z');
    await history.run('2026-11-20T23:00:00Z');

    const held = [];
    for (const at of ['13:00', '13:30', '14:00']) {
      await history.run(`2026-11-20T${at}:00Z`);
      held.push(history.holds('a')['2026-11-18']?.length);
    }

    expect(held).toEqual([2, 2, 1]);
  });
});

it('a day of a credit, whose sum is below 0, is not kept back where it is as before', async () => {
  const rows = (day: string) => [{ ...record(day, true), cost_usd: -5 }];
  const history = await ExportHistory.begin({ ...still, rows });
  await history.run('2026-11-20T12:00:00Z');

  const later = await history.run('2026-11-20T18:00:00Z');

  expect(later.read).toContain('2026-11-18');
  expect(later.keptBack).toEqual([]);
});

describe('the reading that closes a day', () => {
  it('is never left out, however short the time and whatever has not changed', async () => {
    const history = await ExportHistory.begin(still);
    await history.run('2026-11-20T23:45:00Z');

    const closing = await history.run('2026-11-21T00:00:00Z');
    const after = await history.run('2026-11-21T00:15:00Z');

    expect(closing.read).toContain('2026-11-17');
    expect(after.read).not.toContain('2026-11-17');
    expect((await history.days())?.closed.at(-1)).toEqual(['2026-11-13', '2026-11-17']);
  });

  it('comes again every hour where something may still change, and ends a day after the lookback', async () => {
    const history = await ExportHistory.begin({
      ...still,
      rows: (day) => [record(day, day !== '2026-11-17')],
    });
    await history.run('2026-11-20T23:45:00Z');
    const reads = [];

    for (const at of ['21T00:00', '21T00:15', '21T01:00', '21T23:45', '22T00:00', '22T00:45', '22T01:45'])
      if ((await history.run(`2026-11-${at}:00Z`)).read.includes('2026-11-17')) reads.push(at);

    expect(reads).toEqual(['21T00:00', '21T01:00', '21T23:45', '22T00:45']);
  });

  it.each([
    ['2026-11-26T12:00:00Z', false],
    ['2026-12-02T00:00:00Z', true],
  ])(
    'does not close what could not be understood, before 14 days are over: at %s %s',
    async (at, isClosed) => {
      const history = await ExportHistory.begin({
        ...still,
        unreadable: (day) => (day === '2026-11-17' ? 1 : 0),
      });
      await history.run('2026-11-20T12:00:00Z');

      await history.run(at, { since: '2026-11-13' });

      const open = (await history.days())?.open['2026-11-17'];
      expect(open === undefined).toBe(isClosed);
      if (!isClosed) expect(open).toMatchObject({ partial: true });
    },
  );
});

describe('a day with records that count as settled and may turn out otherwise', () => {
  it('is read no oftener within the lookback, and is not closed by it before a day more is over', async () => {
    const history = await ExportHistory.begin({ ...still, unresolved: (day) => day === '2026-11-17' });
    await history.run('2026-11-20T22:00:00Z');
    const reads = [];

    for (const at of ['20T23:00', '21T00:00', '21T00:15', '21T01:00', '22T00:00', '22T02:00'])
      if ((await history.run(`2026-11-${at}:00Z`)).read.includes('2026-11-17')) reads.push(at);

    expect(reads).toEqual(['21T00:00', '21T01:00', '22T00:00']);
    expect((await history.days())?.open).not.toHaveProperty('2026-11-17');
  });

  it('is closed by the lookback once they do not', async () => {
    const answered = Date.parse('2026-11-21T00:30:00Z');
    const history = await ExportHistory.begin({ ...still, unresolved: (_day, nowMs) => nowMs < answered });
    await history.run('2026-11-20T22:00:00Z');
    await history.run('2026-11-21T00:00:00Z');
    const before = await history.days();

    await history.run('2026-11-21T01:00:00Z');

    expect(before?.open).toHaveProperty('2026-11-17');
    expect((await history.days())?.open).not.toHaveProperty('2026-11-17');
  });
});

describe('what a sink was given and does not hold', () => {
  const all = { held: (_sink: string, _day: string, records: number) => records };

  it('is delivered again, to that sink alone, and said once', async () => {
    const history = await ExportHistory.begin(still);
    const sinks = ['a', 'b'];
    await history.run('2026-11-20T12:00:00Z', { sinks, ...all });
    const gone = ['2026-11-14', '2026-11-15', '2026-11-16'];
    const held = (sink: string, day: string, records: number) =>
      sink === 'b' && gone.includes(day) ? undefined : records;

    const second = await history.run('2026-11-20T12:15:00Z', { sinks, held });
    const third = await history.run('2026-11-20T12:30:00Z', { sinks, ...all });

    expect(second.given).toEqual({ a: ['2026-11-20'], b: [...gone, '2026-11-20'] });
    expect(second.warnings).toEqual([
      'b: requests of Support, 2026-11-14, and 2 more, was delivered and is not there any more, or not as it ' +
        'was delivered; it is delivered again.',
    ]);
    expect(third).toMatchObject({ read: ['2026-11-20'], warnings: [] });
  });

  it.each(['2026-11-14', '2026-11-19'])(
    'nor as it was given: an older copy of %s has come back',
    async (old) => {
      const rows = (day: string) => [record(day, true), record(day, true, 1)];
      const history = await ExportHistory.begin({ ...still, rows });
      await history.run('2026-11-20T12:00:00Z', all);
      const held = (_: string, day: string, records: number) => (day === old ? 1 : records);

      const second = await history.run('2026-11-20T12:15:00Z', { held });
      const third = await history.run('2026-11-20T12:30:00Z', all);

      expect(second.read).toEqual([old, '2026-11-20']);
      expect(third.read).toEqual(['2026-11-20']);
    },
  );

  it('and the source has no more is lost, said once and remembered', async () => {
    const history = await ExportHistory.begin(still);
    await history.run('2026-08-20T12:00:00Z', all);
    const since = '2026-08-13';
    await history.run('2026-11-20T12:00:00Z', { ...all, since });
    const held = (_: string, day: string, records: number) => (day === '2026-08-14' ? undefined : records);

    const second = await history.run('2026-11-20T12:15:00Z', { held, since });
    const third = await history.run('2026-11-20T12:30:00Z', { held, since });

    expect(second.warnings).toEqual([
      expect.stringContaining('requests of Support: 2026-08-14 cannot be read any more'),
    ]);
    expect(third.warnings).toEqual([]);
    expect((await history.days())?.lost).toContainEqual(['2026-08-14', '2026-08-14']);
  });

  it('is left alone where the sink cannot tell', async () => {
    const history = await ExportHistory.begin(still);
    await history.run('2026-11-20T12:00:00Z');

    const second = await history.run('2026-11-20T12:15:00Z');

    expect(second).toMatchObject({ read: ['2026-11-20'], warnings: [] });
  });
});

it('a record that never settles keeps no day open beyond a day after the lookback', async () => {
  const history = await ExportHistory.begin({ rows: (day, nowMs) => [record(day, nowMs >= NEVER)] });
  await history.run('2026-11-20T12:00:00Z');

  await history.run('2026-11-28T12:00:00Z', { since: '8d' });

  expect(Object.keys((await history.days())?.open ?? {})).toEqual(daysThrough('2026-11-24', '2026-11-28'));
});
