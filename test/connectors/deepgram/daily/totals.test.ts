import { afterEach, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../../connectors/stand-ins/deepgram/stand-in-options.js';
import { openSource, readAccount, requestsFrom } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const PROJECT = { id: 'p-1', name: 'Support' };
const none = { group_by: [] };
const { signal } = new AbortController();

let account: StandIn | undefined;
afterEach(() => account?.close());

async function accountWith(options: StandInOptions = {}) {
  account = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 50, ...options });
  return account;
}

const range = { since: '2026-11-17', until: '2026-11-20', now: NOW };
const read = (url: string, streams: Parameters<typeof readAccount>[0]['streams']) =>
  readAccount({ url, streams, ...range });

async function versionsOf(standIn: StandIn) {
  const { source } = await openSource({ url: standIn.url, streams: {}, ...range });
  try {
    const versions = await source.dayVersions?.(await source.projects(signal), signal);
    return [...(versions?.get('p-1') ?? [])];
  } finally {
    await source.close();
  }
}

const paths = (standIn: StandIn) =>
  standIn.calls
    .filter(({ path }) => /usage|billing/.test(path))
    .map(({ path }) => path.slice('/v1/projects/p-1/'.length));

it('reads usage with its agent hours and its text-to-speech requests, with one call of each endpoint', async () => {
  const standIn = await accountWith({ requestsPerDay: 400 });

  const { sink, result } = await read(standIn.url, { usage: none });

  const rows = sink.rows('usage');
  expect(result.sourceFailures).toEqual([]);
  expect(rows).toHaveLength(4);
  expect(rows.every(({ agent_hours: hours }) => typeof hours === 'number')).toBe(true);
  expect(rows.some(({ agent_hours: hours }) => Number(hours) > 0)).toBe(true);
  expect(rows.every(({ tts_requests: count }) => Number(count) > 0)).toBe(true);
  expect(paths(standIn).sort()).toEqual(['usage', 'usage/breakdown']);
});

it.each([
  [
    'answers without results',
    { answers: { '/v1/projects/p-1/usage': { start: '2026-11-17', end: '2026-11-20' } } },
  ],
  [
    'gives weeks only',
    { answers: { '/v1/projects/p-1/usage': { resolution: { units: 'week' }, results: [] } } },
  ],
  ['is no JSON object', { answers: { '/v1/projects/p-1/usage': '[]' } }],
])('reads usage without text-to-speech requests where the deprecated endpoint %s', async (_what, options) => {
  const standIn = await accountWith(options);

  const { sink, result } = await read(standIn.url, { usage: none });

  expect(result.sourceFailures).toEqual([]);
  expect(sink.rows('usage').map(({ requests }) => requests)).toEqual([50, 50, 50, expect.any(Number)]);
  expect(sink.rows('usage').map(({ tts_requests: count }) => count)).toEqual([null, null, null, null]);
});

it.each(['forbidden', 'gone', 'not-found'] as const)(
  'reads usage without a word of the deprecated endpoint where it is %s',
  async (kind) => {
    const standIn = await accountWith();
    standIn.faults.next(kind, Number.POSITIVE_INFINITY, ({ path }) => path.endsWith('/usage'));

    const { sink, result, source } = await read(standIn.url, { usage: none });

    expect(result.sourceFailures).toEqual([]);
    expect(source.findings().warnings).toEqual([]);
    expect(sink.rows('usage')).toHaveLength(4);
  },
);

it.each([
  ['server-error', true],
  ['unauthorized', true],
  ['gone', false],
] as const)(
  'usage is to be read again where the deprecated endpoint answers %s: %s',
  async (kind, isProvisional) => {
    const standIn = await accountWith();
    standIn.faults.next(kind, Number.POSITIVE_INFINITY, ({ path }) => path.endsWith('/usage'));
    const { source, streams } = await openSource({ url: standIn.url, streams: { usage: none }, ...range });
    const [stream] = streams;
    const [project] = await source.projects(signal);
    if (!stream || !project) throw new Error('There is a stream and a project.');

    const found = [];
    for await (const part of source.read({ stream, project, days: ['2026-11-18'] }, signal)) {
      for await (const rows of part.batches) expect(rows).toMatchObject([{ tts_requests: null }]);
      found.push(part.isProvisional?.());
    }

    expect(found).toEqual([isProvisional]);
    await source.close();
  },
);

it('asks for totals once, for streams and versions together', async () => {
  const standIn = await accountWith();
  const { source, streams } = await openSource({ url: standIn.url, streams: { billing: none }, ...range });
  const [stream] = streams;
  const [project] = await source.projects(signal);
  if (!stream || !project) throw new Error('There is a stream and a project.');

  await source.dayVersions?.([project], signal);
  for await (const { batches } of source.read({ stream, project, days: ['2026-11-18'] }, signal))
    for await (const rows of batches) expect(rows).toMatchObject([{ date: '2026-11-18' }]);
  await source.close();

  expect(paths(standIn).sort()).toEqual(['billing/breakdown', 'usage/breakdown']);
});

it('the version of a day is another one when its usage or its dollars are, and of no other day', async () => {
  const standIn = await accountWith({ requestsPerDay: requestsFrom('2026-11-18', 400) });
  const before = await versionsOf(standIn);

  standIn.clock.advance(3_600_000);
  const later = await versionsOf(standIn);

  expect(before.map(([day]) => day)).toEqual(['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']);
  expect(later.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(later[3]).not.toEqual(before[3]);
});

it('dollars that differ in their last digits only are the same', async () => {
  const answers = (dollars: number) => ({
    '/v1/projects/p-1/billing/breakdown': {
      results: [{ dollars, grouping: { start: '2026-11-18', end: '2026-11-18' } }],
    },
  });
  const seen = [];
  for (const dollars of [0.3, 0.1 + 0.2, 0.300002]) {
    seen.push(JSON.stringify(await versionsOf(await accountWith({ answers: answers(dollars) }))));
    await account?.close();
  }

  expect(seen[1]).toBe(seen[0]);
  expect(seen[2]).not.toBe(seen[0]);
});

it('without billing rights there are no versions, and billing is asked for once a project', async () => {
  const standIn = await accountWith({ scopes: ['project:read', 'usage:read'] });

  const { result, source } = await read(standIn.url, { billing: none, usage: none });
  const versions = await versionsOf(standIn);

  expect(versions).toEqual([]);
  expect(result.sourceFailures.every(({ stream }) => stream === 'billing')).toBe(true);
  expect(result.sourceFailures[0]?.message).toContain('403');
  expect(source.findings().incomplete).toEqual([]);
  expect(paths(standIn).filter((path) => path === 'billing/breakdown')).toHaveLength(2);
});

it('totals that cannot be read are no failure of the run where nobody reads them', async () => {
  const standIn = await accountWith();
  standIn.faults.next('server-error', Number.POSITIVE_INFINITY, ({ path }) => path.endsWith('/breakdown'));

  const versions = await versionsOf(standIn);

  expect(versions).toEqual([]);
});

it('a server that gives totals of few days only is asked for halves, for all projects', async () => {
  const standIn = await accountWith();
  standIn.faults.next(
    'gateway-timeout',
    Number.POSITIVE_INFINITY,
    ({ query }) => query.get('start') !== query.get('end'),
  );

  const versions = await versionsOf(standIn);

  expect(versions).toHaveLength(4);
});
