import { describe, expect, it } from 'vitest';
import type { PlannedSource } from '../../src/catalogue/source.js';
import { type CheckpointView, windowOnly } from '../../src/checkpoints/checkpoints.js';
import { plan } from '../../src/plan/plan.js';
import type { PlanInput, SinkView } from '../../src/plan/plan-input.js';
import { markLost, planWarnings } from '../../src/plan/plan-warnings.js';
import { real, required, text } from '../../src/streams/column.js';
import { defineStream, type Stream } from '../../src/streams/stream.js';
import type { Day } from '../../src/time/day.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const PROJECT = { id: 'p-1', name: 'Support' };

const orders = defineStream({
  source: 'shop',
  kind: 'orders',
  name: 'orders',
  description: 'Orders',
  partitionedBy: 'day',
  key: ['id'],
  columns: { id: required(text('Id')), total: real('Total', 'dollar') },
});
const shelves: Stream = { ...orders, name: 'shelves', partitionedBy: 'snapshot' };

/** Serves two days with one call. */
const shop: PlannedSource = {
  oldestDay: () => undefined,
  divide: (stream, _project, days) => {
    if (stream.partitionedBy === 'snapshot') return [{ days: [null], calls: 1 }];
    const [first, second, ...rest] = days;
    if (first === undefined) return [];
    const together: [Day, ...Day[]] = second === undefined ? [first] : [first, second];
    return [{ days: together, calls: 1 }, ...shop.divide(stream, PROJECT, rest)];
  },
};

const files: SinkView = { name: 'files', wants: () => true };
const table: SinkView = { name: 'table', wants: () => true };

function planned(changes: Partial<PlanInput> = {}) {
  return plan({
    source: shop,
    streams: [orders],
    projects: [PROJECT],
    window: { since: '2026-11-18', until: '2026-11-20', now: NOW },
    sinks: [files, table],
    checkpoints: windowOnly,
    ...changes,
  });
}

/** Checkpoints where each sink lacks these days, and began with this one. */
function lacking(days: Readonly<Record<string, readonly Day[]>>, first?: Day): CheckpointView {
  return {
    remembers: true,
    firstDay: () => first,
    isLastReading: () => false,
    openDays: () => [],
    dueReason: ({ sink }, day) => (days[sink]?.includes(day ?? '') ? { why: 'new' } : { rests: 'closed' }),
  };
}

describe('a task', () => {
  it('names the stream, the project, the days of one reading and who lacks which, and why', () => {
    const { tasks } = planned({
      checkpoints: lacking({ files: ['2026-11-18', '2026-11-19'], table: ['2026-11-19'] }),
    });

    expect(tasks).toEqual([
      {
        source: 'shop',
        stream: 'orders',
        project: PROJECT,
        partitions: [
          { day: '2026-11-18', lacking: { files: { why: 'new' } } },
          { day: '2026-11-19', lacking: { files: { why: 'new' }, table: { why: 'new' } } },
        ],
        calls: 1,
      },
    ]);
  });

  it('is plain data: it survives being written and read again', () => {
    const { tasks } = planned({ streams: [orders, shelves] });

    expect(tasks.map(({ stream, partitions }) => [stream, partitions.length])).toEqual([
      ['orders', 2],
      ['orders', 1],
      ['shelves', 1],
    ]);
    for (const task of tasks) expect(JSON.parse(JSON.stringify(task))).toEqual(task);
  });

  it('of a snapshot has no day', () => {
    const { tasks } = planned({ streams: [shelves] });

    expect(tasks[0]?.partitions).toEqual([
      { day: null, lacking: { files: { why: 'snapshot' }, table: { why: 'snapshot' } } },
    ]);
  });

  it('is not made for a stream that no sink wants, nor where nothing is lacking', () => {
    const nobody = planned({ sinks: [{ ...files, wants: () => false }] });
    const complete = planned({ checkpoints: lacking({}) });

    expect([nobody.tasks, complete.tasks]).toEqual([[], []]);
  });
});

describe('where history begins', () => {
  it('for all with the earliest day that one of them has, so that they get the same', () => {
    const days = ['2026-11-15', '2026-11-16'];
    const { tasks } = planned({ checkpoints: lacking({ files: days, table: days }, '2026-11-15') });

    expect(tasks.flatMap(({ partitions }) => partitions.map(({ day }) => day))).toEqual(days);
  });

  it('for a sink that asks for more only with a window that nobody has chosen, and where something remembers', () => {
    const asking = { ...table, historyDays: 10 };
    const window = { since: '2026-11-20', until: '2026-11-20', now: NOW, isDefault: true };
    const all = { ...windowOnly, remembers: true };
    const daysOf = (changes: Partial<PlanInput>) =>
      planned({ sinks: [files, asking], ...changes }).tasks.flatMap(({ partitions }) =>
        partitions.map(({ day, lacking }) => `${day} ${Object.keys(lacking)}`),
      );

    expect(daysOf({ window, checkpoints: all })).toHaveLength(10);
    expect(daysOf({ window, checkpoints: all }).slice(-2)).toEqual([
      '2026-11-19 table',
      '2026-11-20 files,table',
    ]);
    expect(daysOf({ window, checkpoints: windowOnly })).toHaveLength(1);
    expect(daysOf({ window: { ...window, isDefault: false }, checkpoints: all })).toHaveLength(1);
  });

  it('never before what the source still has, however much a sink asks for', () => {
    const asking = { ...table, historyDays: 10 };
    const { tasks, lost } = planned({
      source: { ...shop, oldestDay: () => '2026-11-19' },
      sinks: [asking],
      window: { since: '2026-11-20', until: '2026-11-20', now: NOW, isDefault: true },
      checkpoints: { ...windowOnly, remembers: true },
    });

    expect(tasks.flatMap(({ partitions }) => partitions.map(({ day }) => day))).toEqual([
      '2026-11-19',
      '2026-11-20',
    ]);
    expect(lost).toEqual([]);
  });
});

describe('days that the source has deleted', () => {
  const source = { ...shop, oldestDay: () => '2026-11-20' };

  it('are answered with, and are no task', () => {
    const { tasks, lost } = planned({ source });

    const days = ['2026-11-18', '2026-11-19'];
    const of = { stream: 'orders', project: PROJECT, oldest: '2026-11-20' };
    expect(lost).toEqual([
      { sink: 'files', ...of, days },
      { sink: 'table', ...of, days },
    ]);
    expect(tasks.flatMap(({ partitions }) => partitions.map(({ day }) => day))).toEqual(['2026-11-20']);
  });

  it.each(['lookback', 'lost'] as const)('are not lost once more where they are wanted as %s', (why) => {
    const checkpoints: CheckpointView = {
      ...windowOnly,
      dueReason: ({ sink }, day) => (sink === 'files' && day === '2026-11-18' ? { why } : { why: 'new' }),
    };

    const { lost } = planned({ source, checkpoints });

    expect(lost.map(({ sink, days }) => [sink, days])).toEqual([
      ['files', ['2026-11-19']],
      ['table', ['2026-11-18', '2026-11-19']],
    ]);
  });

  it('are marked and said once, for all sinks that lose the same ones', () => {
    const known = new Set<string>();
    const checkpoints = {
      markLost: ({ sink }: { readonly sink: string }, days: readonly Day[]) => {
        const isKnown = known.has(sink);
        known.add(sink);
        return isKnown ? [] : days;
      },
    };

    const warnings = () => {
      const found = planned({ source });
      return planWarnings(found, markLost(found, checkpoints), { name: 'The shop' });
    };
    const first = warnings();
    const second = warnings();

    expect(first).toEqual([
      expect.stringMatching(
        /^orders of Support: 2026-11-18 to 2026-11-19 .* lost for good to files, table\./,
      ),
    ]);
    expect(second).toEqual([]);
  });
});

describe('days that a sink has of a later reading than the source’s own', () => {
  const source = { ...shop, readAt: () => Date.parse('2026-11-19T00:00:00Z') };
  const checkpoints: CheckpointView = {
    ...windowOnly,
    isNewerThan: ({ sink }, day) => sink === 'table' && day === '2026-11-18',
  };

  it('stay as they are, and are answered with', () => {
    const { tasks, kept } = planned({ source, checkpoints });

    expect(kept).toEqual([
      { sink: 'table', stream: 'orders', project: PROJECT, oldest: undefined, days: ['2026-11-18'] },
    ]);
    expect(Object.keys(tasks[0]?.partitions[0].lacking ?? {})).toEqual(['files']);
  });

  it('but not of a stream that can only be observed: any reading closes its day, whenever it was', () => {
    const { kept } = planned({ source, checkpoints, streams: [{ ...orders, observedOnly: true }] });

    expect(kept).toEqual([]);
  });
});

it('reads and changes nothing: the same input is planned the same', () => {
  const input = { checkpoints: lacking({ files: ['2026-11-18'] }) };

  expect(planned(input)).toEqual(planned(input));
});

describe('what is not read', () => {
  const checkpoints: CheckpointView = {
    ...windowOnly,
    dueReason: (_key, day) =>
      day === null || day < '2026-11-19'
        ? { rests: 'closed' }
        : day < '2026-11-20'
          ? { rests: 'unchanged' }
          : { why: 'new' },
  };

  it('is said by the reason where that is asked for', () => {
    const { tasks, resting } = planned({
      checkpoints,
      explains: true,
      sinks: [files],
      streams: [orders, shelves],
    });

    expect(tasks).toHaveLength(1);
    expect(resting).toEqual([
      { sink: 'files', stream: 'orders', project: PROJECT, days: ['2026-11-18'], rests: 'closed' },
      { sink: 'files', stream: 'orders', project: PROJECT, days: ['2026-11-19'], rests: 'unchanged' },
      { sink: 'files', stream: 'shelves', project: PROJECT, days: [null], rests: 'closed' },
    ]);
  });

  it('is not said otherwise', () => {
    expect(planned({ checkpoints }).resting).toEqual([]);
  });
});
