import { afterEach, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { askProject, type LogRecord, NOON, readAll } from './ask.js';

interface UsageRow {
  readonly start: string;
  readonly hours: number;
  readonly total_hours: number;
  readonly requests: number;
  readonly tokens: { readonly in: number; readonly out: number };
  readonly tts: { readonly characters: number; readonly requests: number };
}
interface BreakdownRow {
  readonly hours: number;
  readonly agent_hours: number;
  readonly tts_characters: number;
  readonly requests: number;
  readonly grouping: Readonly<Record<string, unknown>>;
}
interface BillingRow {
  readonly dollars: number;
  readonly grouping: Readonly<Record<string, unknown>>;
}

let standIn: StandIn;
afterEach(() => standIn.close());

const sumOf = <T>(items: readonly T[], amountOf: (item: T) => number | undefined) =>
  items.reduce((sum, item) => sum + (amountOf(item) ?? 0), 0);
const results = async <T>(path: string) => (await askProject<{ results: T[] }>(standIn, path)).results;

describe('the totals', () => {
  it.each(['2026-11-19', '2026-11-20'])('of %s are the sums of its log', async (day) => {
    standIn = await startStandIn({ now: NOON, requestsPerDay: 1_500 });
    const log = await readAll(standIn, `start=${day}&end=${day}`, 1_000);

    const [usage] = await results<UsageRow>(`usage?start=${day}&end=${day}`);
    const [billing] = await results<BillingRow>(`billing/breakdown?start=${day}&end=${day}`);

    expect(usage?.requests).toBe(log.length);
    expect(usage?.hours).toBeCloseTo(sumOf(log, (record) => record.response?.details?.duration) / 3_600, 8);
    expect(usage?.total_hours).toBeCloseTo(
      sumOf(log, (record) => record.response?.details?.total_audio) / 3_600,
      8,
    );
    expect(usage?.tokens.in).toBe(
      sumOf(log, (record) => sumOf(record.response?.token_details ?? [], (use) => use.input)),
    );
    expect(usage?.tokens.out).toBe(
      sumOf(log, (record) => sumOf(record.response?.token_details ?? [], (use) => use.output)),
    );
    expect(usage?.tts.characters).toBe(sumOf(log, charactersOf));
    expect(usage?.tts.requests).toBe(log.filter((record) => record.path.startsWith('/v1/speak')).length);
    expect(billing?.dollars).toBeCloseTo(
      sumOf(log, (record) => record.response?.details?.usd),
      8,
    );
  });

  it.each(['accessor', 'endpoint', 'feature_set', 'models', 'method', 'tags', 'deployment'])(
    'by %s add up to the day, and leave the other groupings null',
    async (grouping) => {
      standIn = await startStandIn({ now: NOON });
      const range = 'start=2026-11-19&end=2026-11-19';
      const [day] = await results<UsageRow>(`usage?${range}`);

      const rows = await results<BreakdownRow>(`usage/breakdown?${range}&grouping=${grouping}`);

      expect(rows.length).toBeGreaterThan(1);
      expect(new Set(rows.map((row) => JSON.stringify(row.grouping))).size).toBe(rows.length);
      expect(sumOf(rows, (row) => row.requests)).toBe(day?.requests);
      expect(sumOf(rows, (row) => row.hours)).toBeCloseTo(day?.hours ?? 0, 8);
      expect(sumOf(rows, (row) => row.tts_characters)).toBe(day?.tts.characters);
      const { start, end, [grouping]: shown, models, ...others } = rows[0]?.grouping ?? {};
      expect([start, end]).toEqual(['2026-11-19', '2026-11-19']);
      expect(grouping === 'models' ? models : shown).not.toBeNull();
      if (grouping !== 'models') expect(models).toEqual([]);
      expect(Object.values(others).every((value) => value === null)).toBe(true);
    },
  );

  it('of money by several groupings at once add up to the day', async () => {
    standIn = await startStandIn({ now: NOON });
    const range = 'start=2026-11-19&end=2026-11-19';
    const [day] = await results<BillingRow>(`billing/breakdown?${range}`);

    const rows = await results<BillingRow>(`billing/breakdown?${range}&grouping=line_item&grouping=tags`);

    expect(sumOf(rows, (row) => row.dollars)).toBeCloseTo(day?.dollars ?? 0, 8);
    expect(rows.every(({ grouping }) => typeof grouping.line_item === 'string')).toBe(true);
    expect(rows.every(({ grouping }) => Array.isArray(grouping.tags))).toBe(true);
    expect(rows.every(({ grouping }) => grouping.accessor === null)).toBe(true);
  });

  it('give one row a day, quiet days and days before the retention included, none of the future', async () => {
    standIn = await startStandIn({
      now: NOON,
      requestsPerDay: (_project, day) => (day === '2026-07-02' ? 0 : 20),
    });

    const old = await results<UsageRow>('usage?start=2026-07-01&end=2026-07-03');
    const future = await results<UsageRow>('usage?start=2026-11-19&end=2026-11-25');

    expect(old.map((row) => [row.start, row.requests])).toEqual([
      ['2026-07-01', 20],
      ['2026-07-02', 0],
      ['2026-07-03', 20],
    ]);
    expect(future.map((row) => row.start)).toEqual(['2026-11-19', '2026-11-20']);
  });

  it('grow while the clock moves, and stand still once the day has settled', async () => {
    standIn = await startStandIn({ now: NOON });
    const dollars = async () =>
      sumOf(
        await results<BillingRow>('billing/breakdown?start=2026-11-20&end=2026-11-20'),
        (row) => row.dollars,
      );

    const noon = await dollars();
    standIn.clock.advance(13 * 3_600_000);
    const settled = await dollars();
    standIn.clock.advance(48 * 3_600_000);
    const later = await dollars();

    expect(settled).toBeGreaterThan(noon);
    expect(later).toBe(settled);
  });

  it('can be narrowed by what they are grouped by', async () => {
    standIn = await startStandIn({ now: NOON });
    const range = 'start=2026-11-19&end=2026-11-19';
    const byEndpoint = await results<BreakdownRow>(`usage/breakdown?${range}&grouping=endpoint`);
    const agent = byEndpoint.find(({ grouping }) => grouping.endpoint === 'agent');

    const [usage] = await results<UsageRow>(`usage?${range}&endpoint=agent`);

    expect(usage?.requests).toBe(agent?.requests);
    expect(usage?.hours).toBe(agent?.agent_hours);
  });

  it.each([
    'usage?start=2026-11-19T00:00:00',
    'usage?start=2026-11-20&end=2026-11-19',
    'usage/breakdown?grouping=model',
    'billing/breakdown?grouping=line_item,tags',
  ])('refuse %s', async (path) => {
    standIn = await startStandIn({ now: NOON });

    await expect(results(path)).rejects.toThrow(/ 400 /);
  });
});

function charactersOf(record: LogRecord): number {
  const segments = record.response?.tts_details?.speech_segments;
  return segments ? sumOf(segments, (segment) => segment.characters) : 0;
}
