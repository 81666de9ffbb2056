import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Names } from '../../../../connectors/deepgram/account/project-directory.js';
import { DeepgramApi } from '../../../../connectors/deepgram/api/deepgram-api.js';
import { DayFacts } from '../../../../connectors/deepgram/requests/day-facts.js';
import type { Doubted } from '../../../../connectors/deepgram/requests/day-to-read.js';
import { PageLength } from '../../../../connectors/deepgram/requests/page-length.js';
import { ReadAhead } from '../../../../connectors/deepgram/requests/read-ahead.js';
import type { TimeRange } from '../../../../connectors/deepgram/requests/request-page.js';
import { readInSlices } from '../../../../connectors/deepgram/requests/sliced-day.js';
import type { RequestRow } from '../../../../connectors/deepgram/streams/requests.js';
import { Findings } from '../../../../src/deliver/tally/findings.js';
import type { HttpClient } from '../../../../src/http/http-client.js';
import { silentLog } from '../../../../src/log/log.js';
import { Secret } from '../../../../src/secrets/secret.js';
import { idOf, type Logged, type Manners, shuffledLog } from './shuffled-log.js';

const FROM = Date.parse('2026-11-18T00:00:00Z') / 1_000;
const NOBODY = { model: () => undefined, apiKey: () => undefined, lineItem: () => undefined };

/** Bursts of requests: many within the same second, or the same microsecond, and some seconds beyond both ends. */
const burst = fc.record({
  second: fc.integer({ min: -2, max: 302 }),
  spread: fc.constantFrom(1, 1_000_000, 5_000_000, 60_000_000),
  count: fc.integer({ min: 1, max: 40 }),
});

const manners: fc.Arbitrary<Manners> = fc.record({
  most: fc.integer({ min: 5, max: 60 }),
  overlap: fc.integer({ min: 0, max: 2 }),
  ends: fc.constantFrom('included', 'excluded'),
  order: fc.constantFrom('newest first', 'newest first', 'oldest first'),
});

/** Requests that turn up while the log is read, one a call at most, so that pages shift. */
const late = fc.uniqueArray(
  fc.record({ arrivesAfter: fc.integer({ min: 1, max: 30 }), at: fc.integer({ min: 0, max: 299_999_999 }) }),
  { selector: ({ arrivesAfter }) => arrivesAfter, maxLength: 15 },
);

it('however a log is cut into pages, slices, shifts and repeats, its records are read, each once, in order', async () => {
  const property = fc.asyncProperty(
    fc.array(burst, { maxLength: 12 }),
    late,
    manners,
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 0, max: 4 }),
    async (bursts, lates, how, seconds, room) => {
      const log = logOf(bursts, lates, how);

      const rows = await read(log, how, { from: FROM, until: FROM + seconds }, room);

      const ids = rows.map((row) => row.request_id);
      const there = placesWithin(log, seconds);
      expect(new Set(ids).size).toBe(ids.length);
      expect(rows).toEqual([...rows].sort(byTimeAndId));
      expect(
        there
          .filter(({ late: isLate }) => !isLate)
          .map(({ id }) => id)
          .filter((id) => !ids.includes(id)),
      ).toEqual([]);
      expect(ids.filter((id) => !there.some((each) => each.id === id))).toEqual([]);
    },
  );

  await fc.assert(property, { numRuns: 400 });
});

it('however a server cuts pages off without saying so, all is read, once more where it must be', async () => {
  const quiet = fc.record({
    most: fc.integer({ min: 5, max: 60 }),
    overlap: fc.constant(0),
    ends: fc.constantFrom('included', 'excluded'),
    order: fc.constantFrom('newest first', 'oldest first'),
    says: fc.constantFrom('what was asked', 'nothing'),
  });
  const property = fc.asyncProperty(
    fc.array(burst, { maxLength: 12 }),
    quiet,
    fc.boolean(),
    fc.integer({ min: 1, max: 300 }),
    async (bursts, how, isCountedByAsked, seconds) => {
      const log = logOf(bursts, [], how);
      const manners = isCountedByAsked ? { ...how, countedBy: 'what was asked' as const } : how;
      const there = placesWithin(log, seconds).map(({ id }) => id);
      const api = shuffledLog(log, manners);

      const { rows, facts } = await readTwice(api, { from: FROM, until: FROM + seconds }, there.length);

      expect(rows).toEqual([...rows].sort(byTimeAndId));
      // Of a second with more than a page such a server has no more to give.
      if (!isCountedByAsked) expect(rows.map((row) => row.request_id).sort()).toEqual(there.sort());
      expect(facts.records).toBe(rows.length);
      expect(new Set(rows.map((row) => row.request_id)).size).toBe(rows.length);
    },
  );

  await fc.assert(property, { numRuns: 300 });
});

it('where equal times have another order with every call, none is missed that is not said to be', async () => {
  const property = fc.asyncProperty(
    fc.array(burst, { maxLength: 12 }),
    fc.integer({ min: 20, max: 60 }),
    fc.integer({ min: 1, max: 300 }),
    async (bursts, most, seconds) => {
      const how = { most, overlap: 0, ends: 'included', order: 'newest first', ties: 'turned' } as const;
      const log = logOf(bursts, [], how);
      const there = placesWithin(log, seconds);

      const { rows, facts } = await readOnce(shuffledLog(log, how), { from: FROM, until: FROM + seconds });

      expect(rows.length + facts.missing).toBe(there.length);
    },
  );
  // A second of which one full page was, by chance, the same as the one before it.
  const twice = [
    [0, 1, 31],
    [38, 1, 27],
    [165, 60_000_000, 31],
    [34, 1, 40],
    [20, 5_000_000, 34],
  ].map(([second = 0, spread = 0, count = 0]) => ({ second, spread, count }));

  await fc.assert(property, { numRuns: 300, examples: [[twice, 20, 213]] });
});

it('lets the next call go out before it works on a page', async () => {
  const order: string[] = [];
  const record = { request_id: 'r-1', created: '2026-11-18T00:00:01Z', api_key_id: 'k-1' };
  const http: HttpClient = {
    stats: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
    send: async ({ parse }) => {
      freePlace().then(() => order.push('the next call'));
      return parse({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ requests: [record] })) });
    },
    close: async () => {},
  };
  const api = new DeepgramApi(http, { baseUrl: 'http://127.0.0.1', apiKey: new Secret('key-of-the-log') });
  const apiKey = (id: string) => {
    order.push(`the name of ${id}`);
    return undefined;
  };

  await readAll(api, { ...NOBODY, apiKey }, { from: FROM, until: FROM + 300 }, new ReadAhead(1), 1);

  expect(order).toEqual(['the next call', 'the name of k-1']);
});

it('gives back the room of what it had read ahead, where it fails half-way: other days need it', async () => {
  const room = 4;
  const ahead = new ReadAhead(room);
  const manners = { most: 1_000, overlap: 0, ends: 'included', order: 'newest first', answers: 3 } as const;
  const log = spreadOut(FROM * 1_000_000, 1_200_000_000, 12_000);
  const range = { from: FROM, until: FROM + 1_200 };

  const reading = readAll(shuffledLog(log, manners), NOBODY, range, ahead);

  await expect(reading).rejects.toThrow('The log is gone.');
  expect(ahead.tryEnter(room)).toBe(true);
});

/** The place of a call that is over is handed to the next one through queues, each a few promises long. */
async function freePlace(): Promise<void> {
  for (let promises = 0; promises < 20; promises += 1) await undefined;
}

interface Burst {
  readonly second: number;
  readonly spread: number;
  readonly count: number;
}

function logOf(bursts: readonly Burst[], lates: readonly Logged[], { order }: Manners): Logged[] {
  const log = [
    ...bursts.flatMap(({ second, spread, count }) => spreadOut((FROM + second) * 1_000_000, spread, count)),
    ...lates.map(({ at, arrivesAfter }) => ({ at: FROM * 1_000_000 + at, arrivesAfter })),
  ];
  if (order === 'newest first') return log;
  // From a page that is all of one moment, nobody could tell that the oldest come first.
  return log.map((logged, place) => ({ ...logged, at: logged.at + place }));
}

function read(log: readonly Logged[], how: Manners, range: TimeRange, room: number): Promise<RequestRow[]> {
  return readAll(shuffledLog(log, how), NOBODY, range, new ReadAhead(room));
}

/** As a day is read that has fewer than it should: once more, page by page. */
async function readTwice(api: DeepgramApi, range: TimeRange, expected: number): Promise<ReadRange> {
  const pages = new PageLength();
  const first = await readOnce(api, range, { pages, expected });
  if (first.facts.records >= expected) return first;
  return readOnce(api, range, { pages, expected, doubted: { longest: first.facts.longest, expected } });
}

async function readAll(
  api: DeepgramApi,
  names: Names,
  range: TimeRange,
  ahead: ReadAhead,
  expected?: number,
): Promise<RequestRow[]> {
  return (await readOnce(api, range, { names, ahead, expected })).rows;
}

interface ReadRange {
  readonly rows: RequestRow[];
  readonly facts: DayFacts;
}

async function readOnce(
  api: DeepgramApi,
  range: TimeRange,
  {
    names = NOBODY,
    ahead = new ReadAhead(2),
    pages = new PageLength(),
    expected,
    doubted,
  }: {
    readonly names?: Names;
    readonly ahead?: ReadAhead;
    readonly pages?: PageLength;
    readonly expected?: number | undefined;
    readonly doubted?: Doubted;
  } = {},
): Promise<ReadRange> {
  const project = { id: 'p-1', name: 'Support' };
  const ages = { unknownAfterMs: 3_600_000, lostAfterMs: 172_800_000, pricedWithinMs: 14_400_000 };
  const prices = { areComing: true, lookAt: async () => {} };
  const now = Date.parse('2026-11-20T12:00:00Z');
  const context = { project, names, ages, prices, now, findings: new Findings(silentLog) };
  const reader = { api, project, context: Promise.resolve(context), pages };
  const facts = new DayFacts();
  const asked = { range, expected: Promise.resolve(expected), facts };
  const rows: RequestRow[] = [];
  const { signal } = new AbortController();
  for await (const batch of readInSlices(reader, doubted ? { ...asked, doubted } : asked, ahead, signal)) {
    rows.push(...batch);
  }
  return { rows, facts };
}

function spreadOut(at: number, spread: number, count: number): Logged[] {
  const step = Math.floor(spread / count);
  return Array.from({ length: count }, (_, index) => ({ at: at + index * step, arrivesAfter: 0 }));
}

function placesWithin(log: readonly Logged[], seconds: number) {
  return log.flatMap(({ at, arrivesAfter }, place) => {
    const isWithin = at >= FROM * 1_000_000 && at < (FROM + seconds) * 1_000_000;
    return isWithin ? [{ id: idOf(place), late: arrivesAfter > 0 }] : [];
  });
}

function byTimeAndId(one: RequestRow, other: RequestRow): number {
  if (one.created_at !== other.created_at) return one.created_at < other.created_at ? -1 : 1;
  return one.request_id < other.request_id ? -1 : 1;
}
