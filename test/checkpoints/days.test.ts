import { describe, expect, it } from 'vitest';
import { balances } from '../../connectors/deepgram/streams/account.js';
import { usage } from '../../connectors/deepgram/streams/usage.js';
import { type Day, daysThrough } from '../../src/time/day.js';
import { ExportHistory, record } from './export-history.js';

const NEVER = Number.POSITIVE_INFINITY;

/** One record a day, of which those of one day settle at a moment. */
function settling(day: Day, atMs: number) {
  return { rows: (of: Day, now: number) => [record(of, of !== day || now >= atMs)] };
}

describe('what is read', () => {
  it('first the whole window, then only what is young or not closed', async () => {
    const history = await ExportHistory.begin();

    const first = await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-21T02:00:00Z');
    const third = await history.run('2026-11-22T02:00:00Z');

    expect(first.read).toEqual(daysThrough('2026-11-13', '2026-11-20'));
    expect(second.read).toEqual(daysThrough('2026-11-17', '2026-11-21'));
    expect(third.read).toEqual(daysThrough('2026-11-18', '2026-11-22'));
  });

  it('six hours later: the lookback alone, counted from now and not from what was read last', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-20T08:00:00Z');
    const third = await history.run('2026-11-20T14:00:00Z');

    expect([second.read, third.read]).toEqual([
      daysThrough('2026-11-17', '2026-11-20'),
      daysThrough('2026-11-17', '2026-11-20'),
    ]);
  });

  it.each([
    ['the end of a month', '2026-11-30', '2026-12-01', '2026-12-02', '2026-11-28'],
    ['a leap day', '2028-02-29', '2028-03-01', '2028-03-02', '2028-02-27'],
    ['the end of February without one', '2027-02-28', '2027-03-01', '2027-03-02', '2027-02-26'],
    ['the end of a year', '2026-12-31', '2027-01-01', '2027-01-02', '2026-12-29'],
  ])('over %s', async (_, one, two, three, from) => {
    const history = await ExportHistory.begin();

    await history.run(`${one}T02:00:00Z`);
    await history.run(`${two}T02:00:00Z`);
    const third = await history.run(`${three}T02:00:00Z`);

    const { closed, open } = (await history.days()) ?? {};
    expect(third.read[0]).toBe(daysThrough(from, three)[0]);
    expect(third.read).toEqual(daysThrough(from, three));
    expect(closed?.at(-1)?.[1]).toBe(from);
    expect(Object.keys(open ?? {})).toEqual(daysThrough(from, three).slice(1));
  });

  it('what was missed between two runs, however long ago the first was', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-10-01T02:00:00Z');
    const second = await history.run('2026-11-20T02:00:00Z', { since: '1d' });

    expect(second.read).toEqual(daysThrough('2026-09-28', '2026-11-20'));
  });

  it('everything in the window when asked to, whatever the state says', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-20T08:00:00Z', { fullRefresh: true });
    const third = await history.run('2026-11-20T14:00:00Z');

    expect(second.read).toEqual(daysThrough('2026-11-13', '2026-11-20'));
    expect(third.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
  });
});

describe('a day is closed by a reading', () => {
  it.each([
    ['2026-11-20T23:59:59Z', '3d', false],
    ['2026-11-21T00:00:00Z', '3d', true],
    ['2026-11-18T00:59:59Z', '1h', false],
    ['2026-11-18T01:00:00Z', '1h', true],
  ])('at %s with a lookback of %s: %s', async (at, lookback, isClosed) => {
    const history = await ExportHistory.begin();

    await history.run(at, { since: '2026-11-17', until: '2026-11-17', lookback });

    const state = await history.days();
    expect(state?.closed).toEqual(isClosed ? [['2026-11-17', '2026-11-17']] : []);
    expect(Object.keys(state?.open ?? {})).toEqual(isClosed ? [] : ['2026-11-17']);
  });

  it('as of the beginning of its run, since nothing later is read, however long the run takes', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-17T22:00:00Z', {
      since: '0d',
      lookback: '1h',
      clockAt: '2026-11-18T02:00:00Z',
    });
    const second = await history.run('2026-11-18T04:00:00Z', { since: '0d', lookback: '1h' });

    expect(second.read).toEqual(['2026-11-17', '2026-11-18']);
  });

  it('only when all its records were settled', async () => {
    const history = await ExportHistory.begin(settling('2026-11-16', Date.parse('2026-11-20T10:00:00Z')));

    const first = await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-20T08:00:00Z');
    const third = await history.run('2026-11-20T10:00:00Z');
    const fourth = await history.run('2026-11-20T18:00:00Z');

    const reads = [first, second, third, fourth].map(({ read }) => read.includes('2026-11-16'));
    expect(reads).toEqual([true, true, true, false]);
    expect(history.holds('a')['2026-11-16']).toEqual([record('2026-11-16', true)]);
  });

  it('or a day beyond the lookback, though some never settle', async () => {
    const history = await ExportHistory.begin(settling('2026-11-18', NEVER));

    const reads = [];
    for (const day of daysThrough('2026-11-20', '2026-11-30')) {
      const { read } = await history.run(`${day}T02:00:00Z`);
      if (read.includes('2026-11-18')) reads.push(day);
    }

    expect(reads).toEqual(daysThrough('2026-11-20', '2026-11-23'));
  });

  it('which says when it was read, what was found, and how much may still change', async () => {
    const history = await ExportHistory.begin(settling('2026-11-20', NEVER));

    await history.run('2026-11-20T02:00:00Z', { since: '0d' });

    expect(await history.days()).toEqual({
      begins: '2026-11-20',
      closed: [],
      lost: [],
      open: {
        '2026-11-20': {
          read_at: '2026-11-20T02:00:00.000000Z',
          records: 1,
          unsettled: 1,
        },
      },
    });
  });
});

describe('a lookback that changes', () => {
  it('grows: the younger closed days are read again, and stay closed', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z', { lookback: '3d' });
    const grown = await history.run('2026-11-20T08:00:00Z', { lookback: '5d' });
    const shrunk = await history.run('2026-11-20T14:00:00Z', { lookback: '3d' });

    expect(grown.read).toEqual(daysThrough('2026-11-15', '2026-11-20'));
    expect(shrunk.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
  });

  it('shrinks: what was left open is read once more, and closed by that', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z', { lookback: '3d' });
    const second = await history.run('2026-11-20T08:00:00Z', { lookback: '1d' });
    const third = await history.run('2026-11-20T14:00:00Z', { lookback: '1d' });

    expect(second.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
    expect(third.read).toEqual(daysThrough('2026-11-19', '2026-11-20'));
  });
});

describe('a window that changes', () => {
  it('begins earlier: the days before are read', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-20T08:00:00Z', { since: '10d' });
    const third = await history.run('2026-11-20T14:00:00Z', { since: '10d' });

    expect(second.read).toEqual([
      ...daysThrough('2026-11-10', '2026-11-12'),
      ...daysThrough('2026-11-17', '2026-11-20'),
    ]);
    expect(third.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
  });

  it('begins later: what an earlier one wanted and did not get is still wanted', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z', { fails: (_, day) => day === '2026-11-14' });
    const second = await history.run('2026-11-20T08:00:00Z', { since: '0d' });
    const third = await history.run('2026-11-20T14:00:00Z', { since: '0d' });

    expect(second.read).toEqual(['2026-11-14', ...daysThrough('2026-11-17', '2026-11-20')]);
    expect(third.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
  });

  it('ends earlier: nothing after it is read', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-21T02:00:00Z', { until: '2026-11-18' });

    expect(second.read).toEqual(daysThrough('2026-11-17', '2026-11-18'));
  });
});

describe('a clock that is wrong', () => {
  it('set back: what is closed stays, and nothing is missing when it is right again', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    const back = await history.run('2026-11-18T02:00:00Z');
    const right = await history.run('2026-11-21T02:00:00Z');

    expect(back.read).toEqual([
      ...daysThrough('2026-11-11', '2026-11-12'),
      ...daysThrough('2026-11-15', '2026-11-18'),
    ]);
    expect(back.warnings).toEqual([
      expect.stringMatching(
        /^The state has days up to 2026-11-20, and today is 2026-11-18: this clock is behind/,
      ),
    ]);
    expect(right.read).toEqual(daysThrough('2026-11-17', '2026-11-21'));
    expect(right.warnings).toEqual([]);
  });

  it('set back by years: nothing is forgotten', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    await history.run('2025-01-01T00:00:00Z');
    const right = await history.run('2026-11-20T08:00:00Z', { since: '1d' });

    expect(right.read).toContain('2026-11-17');
    expect(right.read).not.toContain('2026-11-16');
  });

  it('ahead: a day that it closed before its end is open again, also where nothing was added', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-25T02:00:00Z');
    await history.run('2026-11-20T08:00:00Z');

    const { closed = [], open = {} } = (await history.days()) ?? {};
    expect(Object.keys(open)).toContain('2026-11-20');
    expect(closed.some(([from, through]) => from <= '2026-11-20' && '2026-11-20' <= through)).toBe(false);
  });

  it('ahead: a day that it closed before its end is opened again and read to its end', async () => {
    const truth = { now: Date.parse('2026-11-20T02:00:00Z') };
    const history = await ExportHistory.begin({
      rows: (day) =>
        ['06', '18']
          .filter((hour) => Date.parse(`${day}T${hour}:00:00Z`) <= truth.now)
          .map((hour) => record(day, true, Number(hour))),
    });

    await history.run('2026-11-25T02:00:00Z');
    truth.now = Date.parse('2026-11-20T08:00:00Z');
    const back = await history.run('2026-11-20T08:00:00Z');
    truth.now = Date.parse('2026-11-28T08:00:00Z');
    await history.run('2026-11-28T08:00:00Z');

    expect(back.warnings).toEqual([expect.stringContaining('or another one was ahead')]);
    expect(history.holds('a')['2026-11-20']).toHaveLength(2);
  });
});

describe('a gap that the source has deleted meanwhile', () => {
  it('is reported once with its dates and kept as lost; what was closed is not', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-06-01T02:00:00Z');
    const second = await history.run('2026-11-20T02:00:00Z');
    const third = await history.run('2026-11-20T08:00:00Z');

    expect(second.warnings).toEqual([
      'requests of Support: 2026-06-01 to 2026-08-22 cannot be read any more, since fake only goes back to ' +
        '2026-08-23, and is lost for good to a. What an earlier run exported stays; an NDJSON archive that has these days can be replayed.',
    ]);
    expect(second.read).toEqual(daysThrough('2026-08-23', '2026-11-20'));
    expect(third.warnings).toEqual([]);
    expect(third.read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
    expect(await history.days()).toMatchObject({
      closed: [
        ['2026-05-25', '2026-05-31'],
        ['2026-08-23', '2026-11-16'],
      ],
      lost: [['2026-06-01', '2026-08-22']],
    });
  });

  it('holds a day that was delivered before all its records were settled', async () => {
    const history = await ExportHistory.begin(settling('2026-05-30', NEVER));

    await history.run('2026-06-01T02:00:00Z', { until: '2026-06-01' });
    const second = await history.run('2026-11-20T02:00:00Z', { since: '1d' });

    expect(second.warnings).toEqual([
      expect.stringContaining(
        'requests of Support: 2026-05-30, 2026-06-01 to 2026-08-22 cannot be read any more',
      ),
    ]);
  });

  it.each([
    ['2026-06-01T23:59:59Z', '2026-06-01 to 2026-08-22'],
    ['2026-06-02T00:00:00Z', '2026-06-02 to 2026-08-22'],
  ])('begins with a day that was not over when it was read last, at %s', async (at, days) => {
    const history = await ExportHistory.begin();

    await history.run(at);
    const second = await history.run('2026-11-20T02:00:00Z', { since: '1d' });

    expect(second.warnings).toEqual([expect.stringContaining(`requests of Support: ${days} cannot be read`)]);
  });

  it('is read after all where only a clock far ahead had lost it', async () => {
    const history = await ExportHistory.begin();
    await history.run('2026-11-18T02:00:00Z');

    await history.run('2027-03-01T02:00:00Z');
    const right = await history.run('2026-11-23T02:00:00Z');
    const next = await history.run('2026-11-24T02:00:00Z');

    expect(right.read).toEqual(daysThrough('2026-11-18', '2026-11-23'));
    expect(Object.keys(history.holds('a'))).toEqual(
      expect.arrayContaining(daysThrough('2026-11-11', '2026-11-23')),
    );
    expect(next.read).toEqual(daysThrough('2026-11-20', '2026-11-24'));
    const lost = (await history.days())?.lost;
    expect(lost?.[0]?.[0]).toBe('2026-11-25');
  });

  it('says nothing of closed days where everything is asked for, and nothing twice of the others', async () => {
    const history = await ExportHistory.begin();
    await history.run('2026-08-20T02:00:00Z', { until: '2026-08-10', since: '2026-08-08' });

    const options = { since: '2026-08-08', fullRefresh: true };
    const second = await history.run('2026-11-20T02:00:00Z', options);
    const third = await history.run('2026-11-20T08:00:00Z', options);

    expect(second.warnings).toEqual([expect.stringContaining(' 2026-08-11 to 2026-08-22 cannot be read')]);
    expect(third.warnings).toEqual([]);
  });

  it('says nothing of closed days, also with a lookback as long as the source keeps them', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z', { since: '89d' });
    const second = await history.run('2026-11-21T02:00:00Z', { lookback: '90d', since: '0d' });
    const third = await history.run('2026-11-22T02:00:00Z', { fullRefresh: true, since: '88d' });

    expect([second.warnings, third.warnings]).toEqual([[], []]);
    expect((await history.days())?.lost).toEqual([]);
  });

  it('does not exist for a stream that is kept without limit', async () => {
    const history = await ExportHistory.begin({ stream: usage });

    await history.run('2026-06-01T02:00:00Z');
    const second = await history.run('2026-11-20T02:00:00Z');

    expect(second.warnings).toEqual([]);
    expect(second.read).toEqual(daysThrough('2026-05-29', '2026-11-20'));
  });
});

describe('several sinks', () => {
  it('one that is added later gets all of the history, alone', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-21T02:00:00Z', { sinks: ['a', 'b'] });
    const third = await history.run('2026-11-22T02:00:00Z', { sinks: ['a', 'b'] });

    expect(second.given).toEqual({
      a: daysThrough('2026-11-17', '2026-11-21'),
      b: daysThrough('2026-11-13', '2026-11-21'),
    });
    expect(third.given.b).toEqual(third.given.a);
  });

  it('one that failed some days gets these again, alone', async () => {
    const history = await ExportHistory.begin();
    const sinks = ['a', 'b'];

    await history.run('2026-11-20T02:00:00Z', {
      sinks,
      fails: (sink, day) => sink === 'b' && (day === '2026-11-13' || day === '2026-11-15'),
    });
    const second = await history.run('2026-11-20T08:00:00Z', { sinks });

    expect(second.given).toEqual({
      a: daysThrough('2026-11-17', '2026-11-20'),
      b: ['2026-11-13', '2026-11-15', ...daysThrough('2026-11-17', '2026-11-20')],
    });
    expect(history.holds('b')).toEqual(history.holds('a'));
  });

  it('one that is left out of a run keeps what it has', async () => {
    const history = await ExportHistory.begin();
    const sinks = ['a', 'b'];

    await history.run('2026-11-20T02:00:00Z', { sinks });
    await history.run('2026-11-20T08:00:00Z', { sinks: ['a'] });
    const third = await history.run('2026-11-20T14:00:00Z', { sinks });

    expect(third.given.b).toEqual(daysThrough('2026-11-17', '2026-11-20'));
  });

  it('one that delivers elsewhere begins anew, and says so', async () => {
    const history = await ExportHistory.begin();

    await history.run('2026-11-20T02:00:00Z');
    const moved = await history.run('2026-11-20T08:00:00Z', { destination: 'memory elsewhere' });
    const again = await history.run('2026-11-20T14:00:00Z', { destination: 'memory elsewhere' });

    expect(moved.given.a).toEqual(daysThrough('2026-11-13', '2026-11-20'));
    expect(moved.warnings).toEqual([
      'a: it has another destination than before, so the whole window is delivered again.',
    ]);
    expect(again).toMatchObject({ given: { a: daysThrough('2026-11-17', '2026-11-20') }, warnings: [] });
  });

  it('one whose destination was emptied begins anew, and says so', async () => {
    const history = await ExportHistory.begin();
    const sinks = ['a', 'b'];

    await history.run('2026-11-20T02:00:00Z', { sinks });
    const emptied = await history.run('2026-11-20T08:00:00Z', { sinks, emptied: ['b'] });

    expect(emptied.given).toEqual({
      a: daysThrough('2026-11-17', '2026-11-20'),
      b: daysThrough('2026-11-13', '2026-11-20'),
    });
    expect(emptied.warnings).toEqual([
      'b: its destination is empty, so the whole window is delivered again.',
    ]);
  });

  it('an empty destination is nothing new on the first run', async () => {
    const history = await ExportHistory.begin();

    const first = await history.run('2026-11-20T02:00:00Z', { emptied: ['a'] });

    expect(first.warnings).toEqual([]);
  });
});

describe('a stream that can only be observed, such as balances', () => {
  const stream = balances;

  it('is closed by its reading, and earlier days are not asked for again', async () => {
    const history = await ExportHistory.begin({ stream, rows: () => [] });

    await history.run('2026-11-20T02:00:00Z');
    const second = await history.run('2026-11-21T02:00:00Z');

    expect(second.read).toEqual(['2026-11-21']);
    expect(await history.days('balances')).toEqual({
      begins: '2026-11-13',
      closed: [['2026-11-20', '2026-11-21']],
      open: {},
      lost: [],
    });
  });
});
