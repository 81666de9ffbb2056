import { describe, expect, it } from 'vitest';
import { noMemory } from '../../../../src/checkpoints/run-memory.js';
import { json, serve } from '../../../http/loopback-server.js';
import { openSource, readAccount } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;

type Log = readonly { readonly hoursAgo: number; readonly usd?: number | null; readonly code?: number }[];

/** An account of one project with these requests. @param asked what looking for costs is answered, instead of them */
async function accountOf(log: { entries: Log }, asked?: { status: number }) {
  const looks: URLSearchParams[] = [];
  const { url } = await serve((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://a.test');
    if (pathname === '/v1/projects')
      return json(response, 200, { projects: [{ project_id: 'p-1', name: 'Support' }] });
    if (!pathname.endsWith('/requests'))
      return json(response, 200, { api_keys: [], stt: [], models: [], results: [] });
    if (query.has('status')) looks.push(query);
    if (query.has('status') && asked) {
      response.writeHead(asked.status);
      return response.end();
    }
    const within = (at: number) =>
      at >= Date.parse(query.get('start') ?? '') && at <= Date.parse(query.get('end') ?? '');
    const requests = log.entries
      .map(({ hoursAgo, usd = null, code = 200 }, at) => ({
        at: NOW - hoursAgo * HOUR,
        id: `r-${at}`,
        usd,
        code,
      }))
      .filter(({ at, code }) => within(at) && !(query.has('status') && code >= 400))
      .map(({ at, id, usd, code }) => record(id, at, usd, code));
    return json(response, 200, { page: 0, limit: 1_000, requests });
  });
  return { url, looks };
}

function record(id: string, at: number, usd: number | null, code: number) {
  const created = new Date(at).toISOString();
  return {
    request_id: id,
    created,
    path: '/v1/listen',
    response: { code, completed: created, details: { usd, duration: 3 } },
  };
}

function reading(url: string, more: object = {}) {
  return { url, streams: { requests: {} }, since: '2026-11-18', until: '2026-11-20', now: NOW, ...more };
}

async function settledOf(url: string, more: object = {}) {
  const { requests, result } = await readAccount(reading(url, more));
  const settled = Object.fromEntries(requests().map((row) => [row.request_id, row.settled]));
  return { settled, warnings: result.findings.warnings, failures: result.sourceFailures };
}

describe('a young request without a cost', () => {
  it('is settled at once, and it is said, in a project none of whose older ones has a cost', async () => {
    const { url, looks } = await accountOf({
      entries: [{ hoursAgo: 1 }, { hoursAgo: 2, usd: 0 }, { hoursAgo: 30 }],
    });

    const { settled, warnings } = await settledOf(url);

    expect(settled).toEqual({ 'r-0': true, 'r-1': true, 'r-2': true });
    expect(warnings).toEqual([
      expect.stringContaining(
        'Deepgram gives no cost per request for Support: contract, or the key may not see it.',
      ),
    ]);
    expect(looks.map((query) => [query.get('start'), query.get('end'), query.get('status')])).toEqual([
      ['2026-11-18T00:00:00+00:00', '2026-11-20T08:00:00+00:00', 'succeeded'],
    ]);
  });

  it.each<[string, Log]>([
    ['an older one has a cost', [{ hoursAgo: 1 }, { hoursAgo: 30 }, { hoursAgo: 31, usd: 0.1 }]],
    ['a younger one has a cost', [{ hoursAgo: 1 }, { hoursAgo: 2, usd: 0.1 }]],
    ['there are no older ones', [{ hoursAgo: 1 }]],
    ['the older ones have failed', [{ hoursAgo: 1 }, { hoursAgo: 30, code: 400 }]],
  ])('waits where %s', async (_why, entries) => {
    const { url } = await accountOf({ entries });

    const { settled, warnings } = await settledOf(url);

    expect(settled['r-0']).toBe(false);
    expect(warnings).toEqual([]);
  });

  it('waits, and nothing fails, where the older ones cannot be looked at', async () => {
    const { url } = await accountOf({ entries: [{ hoursAgo: 1 }, { hoursAgo: 30 }] }, { status: 403 });

    const { settled, failures } = await settledOf(url);

    expect(settled['r-0']).toBe(false);
    expect(failures).toEqual([]);
  });
});

it.each<[string, Log]>([
  [
    'all have their cost',
    [
      { hoursAgo: 1, usd: 0.1 },
      { hoursAgo: 30, usd: 0.1 },
    ],
  ],
  ['none is young', [{ hoursAgo: 20 }, { hoursAgo: 30 }]],
  ['the young ones have failed', [{ hoursAgo: 1, code: 500 }]],
])('nobody is asked where %s', async (_why, entries) => {
  const { url, looks } = await accountOf({ entries });

  await settledOf(url);

  expect(looks).toEqual([]);
});

describe('what was found is remembered', () => {
  const contract = [{ hoursAgo: 1 }, { hoursAgo: 30 }];

  it('for an hour, and said with every run', async () => {
    const { url, looks } = await accountOf({ entries: contract });
    const memory = noMemory();

    await settledOf(url, { memory });
    const second = await settledOf(url, { memory, now: NOW + 59 * 60_000 });
    await settledOf(url, { memory, now: NOW + HOUR });

    expect(second.warnings).toHaveLength(1);
    expect(second.settled['r-0']).toBe(true);
    expect(looks).toHaveLength(2);
  });

  it('until a record has a cost', async () => {
    const log = { entries: contract as Log };
    const { url } = await accountOf(log);
    const memory = noMemory();

    await settledOf(url, { memory });
    log.entries = [{ hoursAgo: 0.1 }, { hoursAgo: 1, usd: 0.2 }, { hoursAgo: 30 }];
    const later = await settledOf(url, { memory, now: NOW + 60_000 });

    expect(later.settled['r-0']).toBe(false);
    expect(later.warnings).toEqual([]);
  });

  it('and is nothing where it cannot be understood', async () => {
    const { url, looks } = await accountOf({ entries: contract });
    const memory = noMemory();
    memory.set('p-1', { prices: { found: 'none', askedAt: 'noon' } });

    await settledOf(url, { memory });

    expect(looks).toHaveLength(1);
  });
});

it('check says that requests get no cost, which is no failure', async () => {
  const { url } = await accountOf({ entries: [{ hoursAgo: 1 }, { hoursAgo: 30 }] });
  const { source, streams } = await openSource(reading(url));

  const results = await source.check(streams, new AbortController().signal);
  await source.close();

  expect(results.at(-1)).toMatchObject({
    ok: true,
    detail: expect.stringContaining('no cost per request for Support'),
  });
});
