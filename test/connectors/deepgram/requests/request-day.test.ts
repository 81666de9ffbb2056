import { expect, it } from 'vitest';
import type { RequestRow } from '../../../../connectors/deepgram/streams/requests.js';
import type { SourceFindings } from '../../../../src/catalogue/source.js';
import type { SourceMemory } from '../../../../src/catalogue/source-type.js';
import { noMemory } from '../../../../src/checkpoints/run-memory.js';
import { openSource, readAccount } from '../read-account.js';
import {
  type Asked,
  evenLog,
  type LoggedRequest,
  logged,
  pageOf,
  type UnrulyLog,
  unrulyLog,
  within,
} from './unruly-log.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
/** A day that is over. */
const DAY = '2026-11-18';
const TODAY = '2026-11-20';
const MIDNIGHT = Date.parse(`${DAY}T00:00:00Z`);
const NOON = Date.parse(`${DAY}T12:00:00Z`);

interface ReadDay {
  readonly ids: readonly string[];
  readonly rows: readonly RequestRow[];
  /** Times that the day was read. */
  readonly readings: number;
  readonly unreadable: number | undefined;
  readonly findings: SourceFindings;
  readonly pages: number;
}

/** Reads a day as the core does: each reading in place of the one before it. */
async function readDay(
  options: UnrulyLog,
  how: { day?: string; now?: number; memory?: SourceMemory; maxConcurrency?: number } = {},
): Promise<ReadDay> {
  const { day = DAY, now = NOW, memory = noMemory(), maxConcurrency = 8 } = how;
  const log = await unrulyLog(options);
  const { source, streams } = await openSource({
    url: log.url,
    streams: { requests: {} },
    since: day,
    until: day,
    now,
    memory,
    maxConcurrency,
  });
  const { signal } = new AbortController();
  const [stream] = streams;
  const [project] = await source.projects(signal);
  if (!stream || !project) throw new Error('there is no stream or no project');
  try {
    let rows: RequestRow[] = [];
    let readings = 0;
    let unreadable: number | undefined;
    for await (const first of source.read({ stream, project, days: [day] }, signal)) {
      for (let part = first as typeof first | undefined; part; part = part.retry?.()) {
        rows = [];
        readings += 1;
        // Safe: the rows of this stream are made as such.
        for await (const batch of part.batches) rows.push(...(batch as readonly RequestRow[]));
        unreadable = part.unreadable?.();
      }
    }
    const ids = rows.map((row) => row.request_id);
    return { ids, rows, readings, unreadable, findings: source.findings(), pages: log.pages() };
  } finally {
    await source.close();
  }
}

function idsOf(log: readonly LoggedRequest[]): string[] {
  return log.map(({ request_id }) => request_id).sort();
}

function expectAllOf(log: readonly LoggedRequest[], { ids, rows }: ReadDay): void {
  expect([...ids].sort()).toEqual(idsOf(log));
  expect(rows.every((row, at) => at === 0 || row.created_at >= (rows[at - 1]?.created_at ?? ''))).toBe(true);
}

/** Pages of at most so many, whatever is asked for. */
function cappedAt(most: number): Required<UnrulyLog>['page'] {
  return (log, asked) => pageOf(log, { ...asked, limit: Math.min(asked.limit, most) });
}

it.each([0, 1, 100, 700])(
  'reads a day of %i requests with one call, where usage counts as many',
  async (count) => {
    const read = await readDay({ log: evenLog(count, `${DAY}T00:00:00`, 86_400) });

    expect(read.ids).toHaveLength(count);
    expect(read.pages).toBe(1);
    expect(read.findings.warnings).toEqual([]);
  },
);

it.each([
  ['says so', () => 100],
  ['says what was asked', (asked: number) => asked],
  ['says nothing', () => undefined],
])('reads all of a day from a server that gives 100 a page and %s', async (_how, limit) => {
  const log = evenLog(950, `${DAY}T08:00:00`, 30_000);

  const read = await readDay({ log, limit, page: cappedAt(100) });

  expectAllOf(log, read);
  expect(read.readings).toBe(1);
  expect(read.pages).toBeLessThan(22);
  expect(read.findings).toMatchObject({ warnings: [], incomplete: [] });
});

it.each([
  ['of usage more', 6_000],
  ['of usage fewer', 3],
  ['of usage nothing', undefined],
])(
  'reads all of a busy day from a server that gives 500 a page, where there is %s',
  async (_what, counted) => {
    const log = evenLog(5_000, `${DAY}T00:00:00`, 86_400);

    const usage = counted === undefined ? {} : { [DAY]: counted };
    const read = await readDay({ log, usage, page: cappedAt(500) });

    expectAllOf(log, read);
  },
);

it('reads all of today from a server that gives 100 a page, while usage lags behind', async () => {
  const log = evenLog(950, `${TODAY}T01:00:00`, 30_000);

  const read = await readDay({ log, usage: { [TODAY]: 40 }, page: cappedAt(100) }, { day: TODAY });

  expectAllOf(log, read);
  expect(read.findings).toMatchObject({ warnings: [], incomplete: [] });
});

it.each([
  [
    'has no second page',
    (log: readonly LoggedRequest[], asked: Asked) => (asked.page > 0 ? [] : cappedAt(100)(log, asked)),
  ],
  [
    'gives its first page whatever page is asked for',
    (log: readonly LoggedRequest[], asked: Asked) => cappedAt(100)(log, { ...asked, page: 0 }),
  ],
  [
    'counts pages by what was asked',
    (log: readonly LoggedRequest[], asked: Asked) => pageOf(log, asked).slice(0, 100),
  ],
  [
    'has pages of many lengths',
    (log: readonly LoggedRequest[], asked: Asked) =>
      pageOf(log, { ...asked, limit: 40 + 7 * Math.floor((asked.end % 9_000) / 1_000) }),
  ],
])('reads a day once more, page by page, from a server that gives 100 and %s', async (_how, page) => {
  const log = evenLog(2_500, `${DAY}T08:00:00`, 30_000);

  const read = await readDay({ log, page });

  expectAllOf(log, read);
});

it('joins no pages of a server that may count them by what was asked', async () => {
  const log = evenLog(5_000, `${DAY}T08:00:00`, 30_000);

  const read = await readDay({
    log,
    usage: { [DAY]: 3 },
    page: (all, asked) => pageOf(all, asked).slice(0, 100),
  });

  expectAllOf(log, read);
});

it('believes a log that has fewer than usage counts, after a second look, and says so once a day', async () => {
  const memory = noMemory();
  const account = { log: evenLog(3_000, `${DAY}T00:00:00`, 86_400), usage: { [DAY]: 3_010 } };

  const first = await readDay(account, { memory });
  const later = await readDay(account, { memory, now: NOW + 3_600_000 });
  const nextDay = await readDay(account, { memory, now: NOW + 86_400_000 });

  expect([first, later, nextDay].map(({ readings }) => readings)).toEqual([2, 1, 2]);
  for (const read of [first, later, nextDay]) expectAllOf(account.log, read);
  const said =
    '2026-11-18 of Support: 10 requests of 3,010 in usage are not in the request log. It was read twice, the second time page by page, and gave no more.';
  expect([first, later, nextDay].map(({ findings }) => findings.warnings)).toEqual([[said], [], [said]]);
  expect([first, later, nextDay].flatMap(({ findings }) => findings.incomplete)).toEqual([]);
});

it('says in one sentence of all days and projects that the log has fewer than usage counts', async () => {
  const counts = Object.fromEntries(['16', '17', '18'].map((day) => [`2026-11-${day}`, 1_200]));
  const log = await unrulyLog({ log: evenLog(1_100, `${DAY}T00:00:00`, 86_400), usage: counts });

  const { result } = await readAccount({
    url: log.url,
    streams: { requests: {} },
    since: '2026-11-16',
    until: DAY,
    now: NOW,
  });

  expect(result.findings.warnings).toEqual([
    '2026-11-16 of Support: 1,200 requests of 1,200 in usage are not in the request log; 2026-11-17 of Support: 1,200 ' +
      'requests of 1,200 in usage are not in the request log; 2026-11-18 of Support: 100 requests of 1,200 in usage are ' +
      'not in the request log. They were read twice, the second time page by page, and gave no more.',
  ]);
});

it('forgets what it said of days that are out of the log', async () => {
  const memory = noMemory();
  memory.set('p-1', { saidDifferences: { '2026-05-01': '2026-05-02', '2026-11-01': '2026-11-02' } });

  await readDay({ log: evenLog(10, `${DAY}T00:00:00`, 86_400), usage: { [DAY]: 12 } }, { memory });

  expect(memory.get('p-1')).toHaveProperty('saidDifferences', { '2026-11-01': '2026-11-02', [DAY]: TODAY });
});

it('ends as incomplete where pages were cut off and usage still counts more', async () => {
  const log = evenLog(950, `${DAY}T08:00:00`, 30_000);

  const read = await readDay({ log, usage: { [DAY]: 990 }, page: cappedAt(100) });

  expectAllOf(log, read);
  expect(read.findings.incomplete).toEqual([
    expect.stringMatching(
      /40 requests of 990 in usage are not in the request log\. Pages shorter than was asked for had more behind them/,
    ),
  ]);
});

it.each([
  ['fewer for a day that is over', DAY, 690],
  ['more for today, of which some came since', TODAY, 705],
  ['no requests of that day', DAY, undefined],
])('takes it as it is where usage counts %s', async (_what, day, counted) => {
  const log = evenLog(700, `${day}T00:00:00`, 40_000);

  const read = await readDay({ log, usage: counted === undefined ? {} : { [day]: counted } }, { day });

  expectAllOf(log, read);
  expect(read.readings).toBe(1);
  expect(read.pages).toBeLessThan(3);
  expect(read.findings).toMatchObject({ warnings: [], incomplete: [] });
});

it('loses none of many requests of one moment, whatever order each page has them in', async () => {
  const log = Array.from({ length: 1_500 }, (_, at) => logged(`r-${at}`, NOON));
  const shuffled: UnrulyLog['page'] = (all, asked) => pageOf(turned(all, asked.calls * 311), asked);

  const read = await readDay({ log, page: shuffled });

  expect([...read.ids].sort()).toEqual(idsOf(log));
  expect(read.findings.incomplete).toEqual([]);
});

it('loses none of a dense day at the borders of its pages, where equal times have no order', async () => {
  const log = Array.from({ length: 12_000 }, (_, at) =>
    logged(`r-${at}`, MIDNIGHT + Math.floor(at / 37) * 1_000),
  ).reverse();
  const shuffled: UnrulyLog['page'] = (all, asked) => pageOf(tiesTurned(all, asked.calls), asked);

  const read = await readDay({ log, page: shuffled, usage: {} });

  expectAllOf(log, read);
});

it('ends as incomplete where a second has requests on two pages however often it is read', async () => {
  const log = Array.from({ length: 1_500 }, (_, at) => logged(`r-${at}`, NOON));
  const overlapping: UnrulyLog['page'] = (all, asked) =>
    asked.page === 0 ? pageOf(all, asked) : within(all, asked).slice(990, 1_490);

  const read = await readDay({ log, page: overlapping, usage: {} });

  expect(read.findings.incomplete).toEqual([
    expect.stringMatching(/^requests of Support on 2026-11-18: 10 may be missing/),
  ]);
});

it('loses nothing where only the later pages are out of order', async () => {
  // Busier at first than later seconds foretell, so that a slice has more pages than it should.
  const at = (place: number) => (place < 12_000 ? place * 11 : 132_000 + (place - 12_000) * 33);
  const log = Array.from({ length: 18_000 }, (_, place) =>
    logged(`r-${place}`, MIDNIGHT + at(place)),
  ).reverse();
  const blocks: UnrulyLog['page'] = (all, asked) => {
    const there = within(all, asked);
    // The second page has the oldest ones.
    const [first, rest] = [there.slice(0, asked.limit), there.slice(asked.limit)];
    const moved = [...first, ...rest.slice(-asked.limit), ...rest.slice(0, -asked.limit)];
    return moved.slice(asked.page * asked.limit, (asked.page + 1) * asked.limit);
  };

  const read = await readDay({ log, page: blocks, usage: {} });

  expectAllOf(log, read);
});

it.each<[string, Required<UnrulyLog>['page'], RegExp]>([
  [
    'in a circle',
    (log, asked) => log.slice((asked.page % 2) * 1_000, (asked.page % 2) * 1_000 + 1_000),
    /page \d+ holds the same requests as those before it/,
  ],
  [
    'of another time',
    (log) => log.slice(0, 1_000).map((one, at) => logged(one.request_id, NOON - 30 * 86_400_000 - at)),
    /page 0 holds .* none of the time that was asked for/,
  ],
  [
    'ever new ones',
    (_log, asked) =>
      Array.from({ length: asked.limit }, (_, at) =>
        logged(`new-${asked.calls}-${at}`, Math.max(asked.start + 1_000, asked.end - 1_001 - at * 20)),
      ),
    /page \d+ holds new requests still/,
  ],
  [
    'ever new ones, few a page',
    (_log, asked) => [logged(`new-${asked.calls}`, asked.start + 1_000)],
    /page \d+ holds new requests still/,
  ],
])('stops at a log whose pages are %s', async (_how, page, message) => {
  const log = Array.from({ length: 2_000 }, (_, at) => logged(`r-${at}`, NOON));

  const reading = readDay({ log, page }, { maxConcurrency: 1 });

  await expect(reading).rejects.toThrow(message);
});

it.each<[string, object, object]>([
  ['the answered one', { response: null }, {}],
  [
    'the one completed later',
    { response: answered('2026-11-18T12:00:01Z', 1) },
    { response: answered('2026-11-18T12:00:05Z', 2) },
  ],
])('keeps %s of two records with one id, and counts the other', async (_which, earlier, later) => {
  const before = logged('r-1', NOON, { ...earlier, path: '/v1/read' });
  const after = logged('r-1', NOON, { ...later, path: '/v1/listen' });

  const reads = [await readDay({ log: [before, after] }), await readDay({ log: [after, before] })];

  for (const { rows, findings, readings } of reads) {
    expect(rows.map(({ path }) => path)).toEqual(['/v1/listen']);
    expect(findings.warnings).toEqual([
      expect.stringMatching(/on 2026-11-18: 1 record has the same id as another/),
    ]);
    expect(readings).toBe(1);
  }
});

it('counts a record that cannot be understood once, in however many slices it turns up', async () => {
  const log = [...evenLog(3_000, `${DAY}T00:00:00`, 86_400), { request_id: 'r-x', created: 'noon' }];
  const always: UnrulyLog['page'] = (all, asked) => {
    const page = pageOf(all, { ...asked, limit: asked.limit - 1 });
    return asked.page === 0 ? [...page, { request_id: 'r-x', created: 'noon' }] : page;
  };

  const read = await readDay({ log, page: always, usage: { [DAY]: 3_001 } });

  expect(read.ids).toHaveLength(3_000);
  expect(read.unreadable).toBe(1);
  expect(read.findings.rejected.get('requests')?.count).toBe(1);
});

function answered(completed: string, usd: number): object {
  return { code: 200, completed, details: { usd, duration: 1 } };
}

/** The same in another order. */
function turned<T>(list: readonly T[], by: number): readonly T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Requests of one moment in another order with every call, and moments as they were. */
function tiesTurned(log: readonly LoggedRequest[], by: number): readonly LoggedRequest[] {
  const moments = new Map<string, LoggedRequest[]>();
  for (const one of log) moments.set(one.created, [...(moments.get(one.created) ?? []), one]);
  return [...moments.values()].flatMap((ties) => turned(ties, by * 7));
}
