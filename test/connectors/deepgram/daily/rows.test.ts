import { afterEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../../connectors/stand-ins/deepgram/server/faults.js';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { readAccount } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const PROJECT = { id: 'p-1', name: 'Support' };
const [DAY, BEFORE] = ['2026-11-18', '2026-11-17'];

let account: StandIn | undefined;
afterEach(() => account?.close());

type Streams = Parameters<typeof readAccount>[0]['streams'];
const usage: Streams = { usage: { group_by: [] } };
const billing: Streams = { billing: { group_by: [] } };
const byTags: Streams = { usage: { group_by: ['tags'] } };

/** Reads the two days of an account that answers a breakdown with this. */
async function readRows(what: 'usage' | 'billing', answer: object, streams: Streams) {
  account = await startStandIn({
    now: NOW,
    projects: [PROJECT],
    requestsPerDay: 10,
    answers: { [`/v1/projects/p-1/${what}/breakdown`]: answer },
  });
  return readAccount({ url: account.url, streams, since: BEFORE, until: DAY, now: NOW });
}

const hour = (at: number, until = at + 1) => ({
  start: `${DAY}T${String(at).padStart(2, '0')}:00:00Z`,
  end: `${DAY}T${String(until).padStart(2, '0')}:00:00Z`,
});
const day = { start: DAY, end: DAY };
const isByDay = { units: 'day', amount: 1 };

describe('rows of one key', () => {
  it.each([
    ['without a resolution', undefined],
    ['with one of hours', { units: 'hours', amount: 1 }],
    ['with one of days, which they are not', isByDay],
  ])('are added up where they are of different hours, in an answer %s', async (_what, resolution) => {
    const results = [3, 1, 2].map((at) => ({ ...hour(at), hours: at, requests: 10 }));

    const { sink, result } = await readRows('usage', { resolution, results }, usage);

    expect(result.sourceFailures).toEqual([]);
    expect(sink.rows('usage')).toMatchObject([
      { date: DAY, period_end: DAY, hours: 6, requests: 30, tokens_in: null },
    ]);
  });

  it('are added up by group', async () => {
    const results = ['a', 'b', 'a'].map((tag, at) => ({
      requests: 1 + at,
      grouping: { ...hour(at), tags: [tag] },
    }));

    const { sink } = await readRows('usage', { results }, byTags);

    expect(sink.rows('usage_by_tags')).toMatchObject([
      { tags: ['a'], requests: 4 },
      { tags: ['b'], requests: 2 },
    ]);
  });

  it.each([
    ['of the same day', day, day],
    ['of the same hour', hour(1), hour(1)],
    ['of hours that overlap', hour(1, 3), hour(2, 4)],
    ['of a day and an hour of it', day, hour(5)],
  ])('are refused where they are %s, and the message names them', async (_what, one, other) => {
    const results = [one, other].map((period) => ({
      dollars: 1.5,
      grouping: { ...period, line_item: 'tts' },
    }));

    const { sink, result } = await readRows(
      'billing',
      { resolution: isByDay, results },
      { billing: { group_by: ['line_item'] } },
    );

    const failed = result.sourceFailures.find(({ stream }) => stream === 'billing_by_line_item');
    expect(failed).toMatchObject({ code: 'SOURCE_ANSWER', kind: 'permanent' });
    expect(failed?.message).toMatch(/2 rows of billing_by_line_item .*Support, 2026-11-18, line_item "tts"/);
    expect(sink.rows('billing_by_line_item')).toEqual([]);
  });

  it('of one day leave the days before it as they are', async () => {
    const results = [{ start: BEFORE, end: BEFORE }, day, day].map((period) => ({
      dollars: 2,
      grouping: period,
    }));

    const { sink } = await readRows('billing', { results }, billing);

    expect(sink.rows('billing')).toMatchObject([{ date: BEFORE, cost_usd: 2 }]);
  });
});

it.each([
  ['a week', { start: '2026-11-16', end: '2026-11-22' }],
  ['a week, in times', { start: '2026-11-16T00:00:00Z', end: '2026-11-23T00:00:00Z' }],
  ['two days', { start: '2026-11-17T00:00:00Z', end: '2026-11-19T00:00:00Z' }],
])('rows of %s are not taken for days, whatever the resolution says', async (_what, period) => {
  const { sink, result } = await readRows(
    'billing',
    { resolution: isByDay, results: [{ dollars: 7, grouping: period }] },
    billing,
  );

  expect(result.sourceFailures[0]?.message).toMatch(
    /billing breakdown of Support, .*rows of more than a day/,
  );
  expect(sink.committed.size).toBe(0);
});

describe('an answer that is not by what was asked for', () => {
  const total = { hours: 1, requests: 10 };
  const nulls = { tags: null, endpoint: null, accessor: null, models: [] };
  it.each([
    ['in the form of /usage', 'tags', [{ ...day, ...total }]],
    ['with other groups', 'tags', [{ ...total, grouping: { ...day, accessor: 'k-1' } }]],
    ['of endpoints that are all null', 'endpoint', [{ ...total, grouping: { ...day, ...nulls } }]],
    ['several times the total', 'accessor', [1, 2].map(() => ({ ...total, grouping: { ...day, ...nulls } }))],
  ] as const)('is refused: usage %s', async (_what, grouping, results) => {
    const { sink, result } = await readRows('usage', { results }, { usage: { group_by: [grouping] } });

    const failed = result.sourceFailures.find(({ stream }) => stream === `usage_by_${grouping}`);
    expect(failed).toMatchObject({
      code: 'SOURCE_ANSWER',
      message: expect.stringContaining(`usage_by_${grouping}`),
    });
    expect(sink.rows(`usage_by_${grouping}`)).toEqual([]);
  });

  it('is refused where one of two groupings was dropped', async () => {
    const results = ['a', 'b'].map((tag) => ({
      dollars: 1,
      grouping: { ...day, line_item: null, tags: [tag] },
    }));

    const { result } = await readRows(
      'billing',
      { results },
      { billing: { group_by: [['line_item', 'tags']] } },
    );

    const failed = result.sourceFailures.find(({ stream }) => stream === 'billing_by_line_item_tags');
    expect(failed?.message).toContain('is not by line_item: none of its 2 rows names one');
  });

  it.each([
    ['beside another one', [null, ['a']]],
    ['alone, as in a project without tags', [null]],
    ['as an empty set', [[], ['a']]],
  ])('is none where null is one of the groups: %s', async (_what, groups) => {
    const results = groups.map((tags) => ({ ...total, grouping: { ...day, tags } }));

    const { sink, result } = await readRows('usage', { results }, byTags);

    // The same answer comes where no groups are asked for, and is wrong there.
    expect(result.sourceFailures.filter(({ stream }) => stream !== 'usage')).toEqual([]);
    expect(sink.rows('usage_by_tags').map(({ tags }) => tags)).toEqual(expect.arrayContaining(groups));
  });

  it('is none where nothing was used', async () => {
    const { result } = await readRows('usage', { results: [] }, byTags);

    expect(result.sourceFailures).toEqual([]);
  });
});

it.each<[FaultKind, number]>([
  ['gateway-timeout', 2],
  ['bad-gateway', 2],
  ['payload-too-large', 1],
])(
  'a breakdown that is too much is asked for halves, which later calls begin with: %s',
  async (kind, tries) => {
    const standIn = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 1 });
    account = standIn;
    const daysOf = ({ query }: { readonly query: URLSearchParams }) =>
      1 + (Date.parse(query.get('end') ?? '') - Date.parse(query.get('start') ?? '')) / 86_400_000;
    standIn.faults.next(
      kind,
      Number.POSITIVE_INFINITY,
      (call) => call.query.has('grouping') && daysOf(call) > 10,
    );

    const { sink, result } = await readAccount({
      url: standIn.url,
      streams: { usage: { group_by: ['tags'] } },
      since: '2026-07-20',
      until: '2026-11-20',
      now: NOW,
      maxConcurrency: 1,
    });

    const asked = standIn.calls.filter(({ query }) => query.has('grouping')).map(daysOf);
    expect(result.sourceFailures).toEqual([]);
    expect(new Set([...sink.committed.values()].map(({ partition }) => partition.day)).size).toBe(124);
    // Two of the four ranges of a month are read at once, and find out both.
    expect(asked.filter((days) => days === 31).length).toBeLessThanOrEqual(2 * tries);
    expect(asked.filter((days) => days === 16).length).toBeLessThanOrEqual(2 * tries);
    expect(asked.filter((days) => days <= 8).reduce((sum, days) => sum + days, 0)).toBe(124);
  },
);

it('a day that is too much by itself fails with what the server said, after all tries', async () => {
  const standIn = await startStandIn({ now: NOW, projects: [PROJECT] });
  account = standIn;
  standIn.faults.next('gateway-timeout', Number.POSITIVE_INFINITY, ({ query }) => query.has('grouping'));

  const { result } = await readAccount({
    url: standIn.url,
    streams: byTags,
    since: DAY,
    until: DAY,
    now: NOW,
  });

  expect(result.sourceFailures[0]?.message).toMatch(/usage breakdown by tags of Support after 6 tries.*504/);
});
