import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallMatch, FaultKind } from '../../../../connectors/stand-ins/deepgram/server/faults.js';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { readAccount, requestsFrom } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const PROJECT = { id: 'p-1', name: 'Support' };
const EVER = Number.POSITIVE_INFINITY;

let standIn: StandIn;
beforeEach(async () => {
  const requestsPerDay = requestsFrom('2026-11-17', 250);
  standIn = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay });
});
afterEach(() => standIn.close());

const limitAbove =
  (most: number): CallMatch =>
  ({ query }) =>
    Number(query.get('limit')) > most;

const limitsOf = (path: string) =>
  standIn.calls.filter((call) => call.path.endsWith(path)).map(({ query }) => Number(query.get('limit')));

const pageOf = ({ query }: Parameters<CallMatch>[0]) => Number(query.get('page'));

function read(streams: Parameters<typeof readAccount>[0]['streams'], since = '2026-11-18') {
  return readAccount({ url: standIn.url, streams, since, until: '2026-11-18', now: NOW, maxConcurrency: 1 });
}

describe('a page that is too much for the server', () => {
  it.each<[FaultKind, number]>([
    // Two days are read at once, and find out both.
    ['limit-refused', 2],
    ['payload-too-large', 2],
    ['gateway-timeout', 4],
    ['bad-gateway', 4],
  ])('is asked for a tenth, which is remembered for the run: %s', async (kind, calls) => {
    standIn.faults.next(kind, EVER, limitAbove(100));

    const { requests, result } = await read({ requests: {} }, '2026-11-13');

    expect(result.sourceFailures).toEqual([]);
    expect(requests()).toHaveLength(500);
    expect(limitsOf('/requests').filter((limit) => limit === 1_000)).toHaveLength(calls);
  });

  it('begins its range anew where it is not the first, so that none is lost or doubled', async () => {
    standIn.faults.next('limit-refused', EVER, limitAbove(100));
    standIn.faults.next('payload-too-large', EVER, (call) => limitAbove(10)(call) && pageOf(call) > 0);

    const { requests, result } = await read({ requests: {} });

    expect(result.sourceFailures).toEqual([]);
    expect(new Set(requests().map(({ request_id: id }) => id)).size).toBe(250);
    expect(requests()).toHaveLength(250);
  });

  it('is asked for a tenth of purchases, too', async () => {
    standIn.faults.next('limit-refused', EVER, limitAbove(100));

    const { sink, result } = await read({ purchases: {} }, '2026-11-17');

    expect(result.sourceFailures).toEqual([]);
    expect(sink.rows('purchases')).toHaveLength(13);
    expect(limitsOf('/purchases')).toEqual([1_000, 100, 100]);
  });

  it('fails with what the server said where the smallest is too much, after all tries', async () => {
    standIn.faults.next('gateway-timeout', EVER, ({ path }) => path.endsWith('/requests'));

    const { result } = await read({ requests: {} });

    expect(result.sourceFailures[0]?.message).toMatch(/after 6 tries.*504 Gateway Timeout: .*took too long/);
    expect(limitsOf('/requests')).toEqual([1_000, 1_000, 100, 100, 10, 10, 10, 10, 10, 10]);
  });
});

it('pages are large again after a bad minute of the server', async () => {
  standIn.faults.next('gateway-timeout', 4, limitAbove(100));

  const { requests, result } = await read({ requests: {} }, '2026-10-20');

  expect(result.sourceFailures).toEqual([]);
  expect(requests()).toHaveLength(500);
  expect(limitsOf('/requests')).toContain(100);
  expect(limitsOf('/requests').at(-1)).toBe(1_000);
});

it.each<[FaultKind, number]>([
  ['server-error', 5],
  ['rate-limited', 5],
  ['reset', 5],
])('pages stay as large after what has nothing to do with their size: %s', async (kind, count) => {
  standIn.faults.next(kind, count, ({ path }) => path.endsWith('/requests'));

  const { requests, result } = await read({ requests: {} });

  expect(result.sourceFailures).toEqual([]);
  expect(requests()).toHaveLength(250);
  expect(new Set(limitsOf('/requests'))).toEqual(new Set([1_000]));
});
