import { afterEach, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { readAccount } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const PROJECT = { id: 'p-1', name: 'Support' };
const DOCUMENTED_DAYS = [
  ['2023-10-01', 865.7331186111111, 867.6975186111111, 54105],
  ['2023-10-02', 1188.9926763888889, 1191.5563763888888, 56081],
  ['2023-10-03', 1473.9747994444444, 1477.5771794444445, 56456],
  ['2023-10-04', 999.2419933333333, 1001.2063933333334, 54548],
  ['2023-10-05', 11447.164485833333, 11449.0443075, 196209],
] as const;

let account: StandIn | undefined;
afterEach(() => account?.close());

async function answering(path: string, answer: object) {
  account = await startStandIn({
    now: NOW,
    projects: [PROJECT],
    answers: { [`/v1/projects/p-1/${path}`]: answer },
  });
  return account;
}

const byDay = { units: 'day', amount: 1 };
const none = { group_by: [] };

it('reads the documented usage, digit for digit, with one call', async () => {
  const results = DOCUMENTED_DAYS.map(([start, hours, total_hours, requests]) => ({
    start,
    end: start,
    hours,
    total_hours,
    requests,
  }));
  const standIn = await answering('usage/breakdown', {
    start: '2023-10-01',
    end: '2023-10-05',
    resolution: byDay,
    results,
  });

  const { sink } = await readAccount({
    url: standIn.url,
    streams: { usage: none },
    since: '2023-10-01',
    until: '2023-10-05',
    now: NOW,
  });

  expect(sink.rows('usage').map((row) => [row.date, row.hours, row.total_hours, row.requests])).toEqual(
    DOCUMENTED_DAYS,
  );
  expect(sink.committed.size).toBe(5);
  expect(standIn.calls.filter((call) => call.path.endsWith('/usage/breakdown'))).toHaveLength(1);
});

it('reads the newer form of a usage row, and leaves null what is not given', async () => {
  const row = {
    start: '2026-11-18',
    end: '2026-11-18',
    hours: 1,
    requests: 2,
    tokens: { in: 3, out: 4 },
    tts: { characters: 5, requests: 6 },
  };
  const standIn = await answering('usage/breakdown', { resolution: byDay, results: [row] });

  const { sink } = await readAccount({
    url: standIn.url,
    streams: { usage: none },
    since: '2026-11-18',
    until: '2026-11-18',
    now: NOW,
  });

  expect(sink.rows('usage')).toEqual([
    {
      project_id: 'p-1',
      project_name: 'Support',
      date: '2026-11-18',
      period_end: '2026-11-18',
      hours: 1,
      total_hours: null,
      agent_hours: null,
      tokens_in: 3,
      tokens_out: 4,
      tts_characters: 5,
      tts_requests: 6,
      requests: 2,
    },
  ]);
});

it('takes a day without a row for a day without usage', async () => {
  const standIn = await answering('usage/breakdown', { resolution: byDay, results: [] });

  const { sink } = await readAccount({
    url: standIn.url,
    streams: { usage: none },
    since: '2026-11-17',
    until: '2026-11-18',
    now: NOW,
  });

  expect([...sink.committed.values()].map(({ rows }) => rows.length)).toEqual([0, 0]);
});

it('asks for shorter ranges where the answer is not by the day', async () => {
  const standIn = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 50 });
  account = standIn;
  const weekly = await weeklyAbove(standIn, 3);

  const { sink, result } = await readAccount({
    url: weekly.url,
    streams: { usage: none },
    since: '2026-11-10',
    until: '2026-11-19',
    now: NOW,
  });
  await weekly.close();

  expect(result.sourceFailures).toEqual([]);
  expect(sink.rows('usage').map((row) => row.date)).toHaveLength(10);
});

it('fails loudly when even one day is not given by the day', async () => {
  const standIn = await answering('usage/breakdown', {
    resolution: { units: 'week', amount: 1 },
    results: [],
  });

  const { result, sink } = await readAccount({
    url: standIn.url,
    streams: { usage: none },
    since: '2026-11-17',
    until: '2026-11-18',
    now: NOW,
  });

  expect(result.sourceFailures[0]).toMatchObject({
    kind: 'permanent',
    message: expect.stringMatching(/usage breakdown of Support, 2026-11-17, in steps of 1 week/),
  });
  expect(sink.committed.size).toBe(0);
});

it('fails loudly when there is no list of results', async () => {
  const standIn = await answering('usage/breakdown', { resolution: byDay });

  const { result } = await readAccount({
    url: standIn.url,
    streams: { usage: none },
    since: '2026-11-18',
    until: '2026-11-18',
    now: NOW,
  });

  expect(result.sourceFailures[0]).toMatchObject({
    stream: 'usage',
    message: expect.stringMatching(/no list of results/),
  });
});

it('does not take rows for none when not one of them can be understood', async () => {
  const standIn = await answering('usage/breakdown', {
    resolution: byDay,
    results: [{ start: 'Nov 18', hours: 1 }],
  });

  const { result, sink } = await readAccount({
    url: standIn.url,
    streams: { usage: none },
    since: '2026-11-18',
    until: '2026-11-18',
    now: NOW,
  });

  expect(sink.committed.size).toBe(0);
  expect(result.sourceFailures).toMatchObject([{ message: expect.stringMatching(/None of the 1 records/) }]);
});

it('takes a day from the answer that was asked for it, not from a part of it beside another day', async () => {
  const standIn = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 50 });
  account = standIn;
  const weekly = await weeklyAbove(standIn, 1, [{ start: '2026-11-17', hours: 0.1 }]);

  const { sink } = await readAccount({
    url: weekly.url,
    streams: { usage: none },
    since: '2026-11-17',
    until: '2026-11-18',
    now: NOW,
  });
  await weekly.close();

  expect(sink.rows('usage').map(({ date }) => date)).toEqual(['2026-11-17', '2026-11-18']);
  expect(sink.rows('usage').map(({ hours }) => hours)).not.toContain(0.1);
});

it.each(['as given', 'reversed'])('gives the groups of a day in one order, %s', async (order) => {
  const results = ['b', 'a', 'c'].map((tag) => ({
    requests: 1,
    grouping: { start: '2026-11-18', tags: [tag] },
  }));
  if (order === 'reversed') results.reverse();
  const standIn = await answering('usage/breakdown', { resolution: byDay, results });

  const { sink } = await readAccount({
    url: standIn.url,
    streams: { usage: { group_by: ['tags'] } },
    since: '2026-11-18',
    until: '2026-11-18',
    now: NOW,
  });

  expect(sink.rows('usage_by_tags').map((row) => row.tags)).toEqual([['a'], ['b'], ['c']]);
});

it('reads long ranges of totals with one call, and of groups in calls of 31 days', async () => {
  const standIn = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 1 });
  account = standIn;

  const { sink } = await readAccount({
    url: standIn.url,
    streams: { usage: { group_by: ['endpoint'] } },
    since: '2026-08-01',
    until: '2026-11-20',
    now: NOW,
  });

  expect(sink.committed.size).toBe(224);
  const calls = standIn.calls.filter((call) => call.path.endsWith('/usage/breakdown'));
  expect(calls.filter(({ query }) => query.has('grouping'))).toHaveLength(4);
  expect(calls).toHaveLength(5);
});

describe('breakdowns', () => {
  const groupings = [
    'accessor',
    'endpoint',
    'feature_set',
    'models',
    'method',
    'tags',
    'deployment',
  ] as const;

  it.each(groupings)('usage by %s adds up to the usage of the day', async (grouping) => {
    const standIn = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 200 });
    account = standIn;

    const { sink, result } = await readAccount({
      url: standIn.url,
      streams: { usage: { group_by: [grouping] } },
      since: '2026-11-17',
      until: '2026-11-18',
      now: NOW,
    });

    const requests = (stream: string) =>
      sink.rows(stream).reduce((sum, row) => sum + Number(row.requests), 0);
    expect(result.sourceFailures).toEqual([]);
    expect(requests(`usage_by_${grouping}`)).toBe(requests('usage'));
    expect(requests('usage')).toBe(400);
  });

  it('billing by two groupings asks for both, and names keys and line items', async () => {
    const standIn = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 200 });
    account = standIn;

    const { sink } = await readAccount({
      url: standIn.url,
      streams: { billing: { group_by: ['accessor', ['line_item', 'tags']] } },
      since: '2026-11-18',
      until: '2026-11-18',
      now: NOW,
    });

    const asked = standIn.calls.map((call) => call.query.getAll('grouping'));
    expect(asked).toContainEqual(['line_item', 'tags']);
    const rows = sink.rows('billing_by_line_item_tags');
    expect(
      rows.every((row) => typeof row.line_item === 'string' && typeof row.line_item_name === 'string'),
    ).toBe(true);
    expect(sink.rows('billing_by_accessor').some((row) => typeof row.api_key_name === 'string')).toBe(true);
    const cost = (stream: string) => sink.rows(stream).reduce((sum, row) => sum + Number(row.cost_usd), 0);
    expect(cost('billing_by_line_item_tags')).toBeCloseTo(cost('billing'), 6);
    expect(cost('billing')).toBeGreaterThan(0);
  });
});

/**
 * The account, seen through a server that answers longer ranges by the week; answers for 2026-11-18 alone also
 * have these rows.
 */
async function weeklyAbove(standIn: StandIn, days: number, beside: readonly object[] = []) {
  const { createServer } = await import('node:http');
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', standIn.url);
    const length =
      (Date.parse(url.searchParams.get('end') ?? '') - Date.parse(url.searchParams.get('start') ?? '')) /
      86_400_000;
    const fetched = await fetch(url, { headers: { authorization: 'Token stand-in-key' } });
    // Safe for the one path that the tests look at.
    const answer = (await fetched.json()) as { results: object[] };
    const isLong = url.pathname.endsWith('/usage/breakdown') && length + 1 > days;
    if (url.searchParams.get('start') === '2026-11-18' && url.pathname.endsWith('/usage/breakdown'))
      answer.results.unshift(...beside);
    response.end(JSON.stringify(isLong ? { resolution: { units: 'week', amount: 1 }, results: [] } : answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
