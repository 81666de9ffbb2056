import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import type { RequestRow } from '../../../../connectors/deepgram/streams/requests.js';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../../connectors/stand-ins/deepgram/stand-in-options.js';
import type { Day } from '../../../../src/time/day.js';
import { json, serve } from '../../../http/loopback-server.js';
import { openSource, type ReadAccount, type Reading, readAccount, requestsFrom } from '../read-account.js';
import { type RequestLogOptions, requestLogServer } from './request-log-server.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const TODAY = '2026-11-20';
/** A day that is over. */
const DAY = '2026-11-18';
const PROJECT = { id: 'p-1', name: 'Support' };

let account: StandIn | undefined;
afterEach(() => account?.close());

async function open(options: StandInOptions): Promise<StandIn> {
  account = await startStandIn({ now: NOW, projects: [PROJECT], ...options });
  return account;
}

function read(standIn: StandIn, since: Day, until = since): Promise<ReadAccount> {
  return readAccount({ url: standIn.url, streams: { requests: {} }, since, until, now: standIn.clock.now() });
}

function pages(standIn: StandIn): number {
  return standIn.calls.filter((call) => call.path.endsWith('/requests')).length;
}

function inKeyOrder(rows: readonly RequestRow[]): boolean {
  return rows.every((row, at) => {
    const before = rows[at - 1];
    return (
      !before ||
      before.created_at < row.created_at ||
      (before.created_at === row.created_at && before.request_id < row.request_id)
    );
  });
}

it('reads a quiet day with one call', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom(DAY, 700) });

  const { requests } = await read(standIn, DAY);

  expect(requests()).toHaveLength(standIn.requestsOn(PROJECT.id, DAY));
  expect(pages(standIn)).toBe(1);
});

it('reads an empty day as an empty partition', async () => {
  const standIn = await open({ requestsPerDay: 0 });

  const { sink } = await read(standIn, DAY);

  expect([...sink.committed.keys()]).toEqual(['requests/p-1/2026-11-18']);
  expect(sink.rows('requests')).toEqual([]);
});

it.each([999, 1_000, 1_001, 2_000, 12_000])(
  'reads a day of %i requests, each once and in order',
  async (count) => {
    const standIn = await open({ requestsPerDay: requestsFrom(DAY, count) });

    const { requests, result } = await read(standIn, DAY);

    expect(requests()).toHaveLength(count);
    expect(new Set(requests().map((row) => row.request_id)).size).toBe(count);
    expect(inKeyOrder(requests())).toBe(true);
    expect(result.sourceFailures).toEqual([]);
  },
);

it('needs little more than one call for a thousand requests', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom(DAY, 20_000) });

  await read(standIn, DAY);

  expect(pages(standIn)).toBeLessThan(20 * 1.4);
});

it('cuts days at midnight UTC: neither lost nor twice', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom('2026-11-16', 5_000) });

  const { sink, requests } = await read(standIn, '2026-11-16', '2026-11-19');

  expect(requests()).toHaveLength(20_000);
  for (const { partition, rows } of sink.committed.values()) {
    expect(rows.every((row) => String(row.created_at).startsWith(String(partition.day)))).toBe(true);
  }
});

it('reads today up to now, which is fixed when the run begins', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom(TODAY, 4_000) });

  const { requests } = await read(standIn, TODAY);

  const last = requests().at(-1)?.created_at ?? '';
  expect(last < '2026-11-20T12:00:00').toBe(true);
  expect(last > '2026-11-20T11:5').toBe(true);
  const ends = standIn.calls.flatMap((call) => call.query.getAll('end')).filter((end) => end.includes('T'));
  expect(ends.every((end) => end <= '2026-11-20T12:00:01+00:00')).toBe(true);
});

it('survives requests that arrive while it pages, and drops what it sees twice', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom(TODAY, 20_000), clockStepMs: 700 });

  const { requests } = await read(standIn, TODAY);
  standIn.clock.advance(60_000);
  const later = await readAccount({
    url: standIn.url,
    streams: { requests: {} },
    since: '2026-11-20',
    until: '2026-11-20',
    now: NOW,
  });

  const ids = new Set(requests().map((row) => row.request_id));
  expect(ids.size).toBe(requests().length);
  // Late arrivals of the last seconds may be missing at first; everything older must be there.
  const settledIds = later
    .requests()
    .filter((row) => row.created_at < '2026-11-20T11:59:50')
    .map((row) => row.request_id);
  expect(settledIds.filter((id) => !ids.has(id))).toEqual([]);
});

it('reads a burst that its density did not foretell', async () => {
  const { requests } = await readLog({ count: 7_500, seconds: 4 });

  expect(requests()).toHaveLength(7_500);
  expect(inKeyOrder(requests())).toBe(true);
});

it('reads on when a server gives smaller pages than asked for', async () => {
  const { requests } = await readLog({ count: 450, seconds: 3_000, most: 100 });

  expect(requests()).toHaveLength(450);
});

it.each(['included', 'excluded'] as const)(
  'keeps requests on the second when the ends of a range are %s',
  async (ends) => {
    // So few a second that the day is cut into slices, and so many that some of these end on a request.
    const { requests } = await readLog({ count: 4_800, seconds: 57_600, ends });

    expect(requests()).toHaveLength(4_800);
  },
);

it('leaves out what the 90 days have eaten, and the day that is being eaten, with a warning', async () => {
  const standIn = await open({ requestsPerDay: 10 });

  const { sink, result } = await read(standIn, '2026-08-20', '2026-08-24');

  expect([...sink.committed.keys()].sort()).toEqual(['requests/p-1/2026-08-23', 'requests/p-1/2026-08-24']);
  expect(result.warnings).toEqual([
    expect.stringMatching(
      /^requests of Support: 2026-08-20 to 2026-08-22 cannot be read any more, since Deepgram only goes back to 2026-08-23,/,
    ),
  ]);
});

it('resolves model and key names', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom(DAY, 300) });

  const { requests } = await read(standIn, DAY);

  const named = requests().filter((row) => row.model_names !== null && row.model_names.length > 0);
  expect(named.length).toBeGreaterThan(200);
  expect(named.filter((row) => /^[0-9a-f]{8}-/.test(row.model ?? ''))).toEqual([]);
  expect(requests().some((row) => row.api_key_name !== null)).toBe(true);
});

it('never exports a query string or a credential of a caller', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom(DAY, 2_000) });
  const raw = await (
    await fetch(`${standIn.url}/v1/projects/p-1/requests?limit=1000`, {
      headers: { authorization: 'Token stand-in-key' },
    })
  ).text();

  const { requests } = await read(standIn, DAY);

  expect(raw).toMatch(/callback=http/);
  expect(JSON.stringify(requests())).not.toMatch(/callback=|\?|:\/\/[^"]*@/);
});

it('loses nothing where the log is not given newest first', async () => {
  const { requests } = await readLog({ count: 5_000, seconds: 5_000, order: 'oldest first' });

  expect(requests()).toHaveLength(5_000);
  expect(inKeyOrder(requests())).toBe(true);
});

it('stops at a server that gives the same page again and again', async () => {
  const { sink, result } = await readLog({ count: 2_000, seconds: 1, ignoresPage: true });

  expect(sink.committed.size).toBe(0);
  expect(result.sourceFailures).toMatchObject([
    { kind: 'permanent', message: expect.stringMatching(/page 2 holds the same requests/) },
  ]);
});

it.each([
  ['without a list', {}, /no list of requests/],
  [
    'of which nothing can be understood',
    { limit: 1_000, requests: [{ request_id: 'r-1', created: 1_763_424_000 }] },
    /None of the 1 records/,
  ],
])('does not take an answer %s for an empty day', async (_form, answer, message) => {
  const standIn = await open({ answers: { '/v1/projects/p-1/requests': answer } });

  const { sink, result } = await read(standIn, DAY);

  expect(sink.committed.size).toBe(0);
  expect(result.sourceFailures).toMatchObject([
    { kind: 'permanent', message: expect.stringMatching(message) },
  ]);
});

it('leaves out a record that cannot be understood and is alone on its page', async () => {
  const { requests, result } = await readLog({ count: 1_001, seconds: 1, firstCreated: 'noon' });

  expect(requests()).toHaveLength(1_000);
  expect(result.findings.rejected.get('requests')?.count).toBe(1);
});

it('asks for the first page, for all names and for the totals at once', async () => {
  const asked: string[] = [];
  const answers: Array<() => void> = [];
  const server = await serve((request, response) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    if (path === '/v1/projects') return json(response, 200, { projects: [{ project_id: 'p-1' }] });
    asked.push(path.replace('/v1/projects/p-1/', ''));
    answers.push(() => json(response, 200, path.endsWith('/requests') ? { requests: [] } : {}));
    if (asked.length === 4) for (const answer of answers) answer();
  });

  const { result } = await readAccount(ofDay(server.url));

  expect(asked.sort()).toEqual(['keys', 'models', 'requests', 'usage/breakdown']);
  expect(result.sourceFailures).toEqual([]);
});

it('asks for the next day while one is on its way to the sinks, even where calls go one at a time', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom(DAY, 10) });

  const { sink } = await readAccount({
    ...ofDay(standIn.url),
    until: '2026-11-19',
    maxConcurrency: 1,
    beforeCommit: async ({ day }) => {
      if (day === DAY) await vi.waitUntil(() => pages(standIn) === 2, { timeout: 60_000 });
    },
  });

  expect([...sink.committed.keys()].sort()).toEqual(['requests/p-1/2026-11-18', 'requests/p-1/2026-11-19']);
});

it('leaves out the one record of an answer that cannot be understood', async () => {
  const good = { request_id: 'r-1', created: '2026-11-18T10:00:00Z', response: null };
  const answer = { limit: 1_000, requests: [good, { ...good, request_id: 'r-2', created: 'noon' }] };
  const standIn = await open({ requestsPerDay: 2, answers: { '/v1/projects/p-1/requests': answer } });

  const { requests, result } = await read(standIn, DAY);

  expect(requests().map((row) => row.request_id)).toEqual(['r-1']);
  expect(result.findings.rejected.get('requests')?.count).toBe(1);
});

it('reads no further ahead than there is room for while nobody takes what is read', async () => {
  const log = await openLog({ from: `${DAY}T00:00:00`, count: 40_000, seconds: 86_400 });
  const { source, streams } = await openSource({ ...ofDay(log.url), maxConcurrency: 4 });
  const [stream] = streams;
  const [project] = await source.projects(new AbortController().signal);
  if (!stream || !project) throw new Error('there is no stream or no project');
  const { signal } = new AbortController();

  for await (const part of source.read({ stream, project, days: [DAY] }, signal)) {
    for await (const _batch of part.batches) {
      await vi.waitUntil(() => log.pages() > 4, { timeout: 60_000 });
      await noMorePages(log);
      break;
    }
    break;
  }
  await source.close();

  expect(log.pages()).toBeLessThan(16);
});

type RequestLog = Awaited<ReturnType<typeof requestLogServer>>;

async function openLog(options: RequestLogOptions): Promise<RequestLog> {
  const log = await requestLogServer(options);
  onTestFinished(() => log.close());
  return log;
}

/** Reads the whole of a log whose requests are within {@link DAY}. */
async function readLog(options: Omit<RequestLogOptions, 'from'>): Promise<ReadAccount> {
  const { url } = await openLog({ from: `${DAY}T08:00:00`, ...options });
  return readAccount(ofDay(url));
}

function ofDay(url: string): Reading {
  return { url, streams: { requests: {} }, since: DAY, until: DAY, now: NOW };
}

/** Waits until none was asked for in a time that a reading which goes on would have used. */
async function noMorePages(log: RequestLog): Promise<void> {
  let seen: number;
  do {
    seen = log.pages();
    await delay(250);
  } while (log.pages() !== seen);
}
