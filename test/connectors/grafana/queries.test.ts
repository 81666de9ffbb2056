import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { grafanaSql } from '../../readers/grafana-sql.mjs';
import { hasPostgres } from '../postgres/postgres-server.js';
import { NOW } from '../postgres/postgres-world.js';
import { ALL, type Asked, type Month, month } from './month.js';

type Row = Readonly<Record<string, unknown>>;

/** A day between two runs, so that the alarm on errors finds requests. */
const EVERY_DAY = ['--every', '1d'];

describe.skipIf(!hasPostgres)(
  'the queries of the dashboard and of the alarms, on a month of an account',
  () => {
    it('each gives rows to who only reads, with a time where Grafana wants one, in its order', async () => {
      const { asked, rows } = await month(EVERY_DAY);

      expect(asked.filter(({ kind }) => kind === 'panel').length).toBeGreaterThan(20);
      expect(asked.filter(({ kind }) => kind === 'variable')).toHaveLength(6);
      expect(asked.filter(({ kind }) => kind === 'alarm')).toHaveLength(4);
      for (const one of asked) {
        expect(grafanaSql(one.sql, { from: 0, to: NOW, variables: ALL }), one.title).not.toContain('$');
        const found = await rows(one);
        expect(found.length, one.title).toBeGreaterThan(0);
        const times = found.map(({ time }) => time);
        if (one.format === 'time_series') {
          expect(
            times.every((time) => time instanceof Date),
            one.title,
          ).toBe(true);
          expect(times, one.title).toEqual([...times].sort((a, b) => Number(a) - Number(b)));
        }
        for (const row of found)
          expect(isPlotted(row, one), `${one.title} ${JSON.stringify(row)}`).toBe(true);
      }
    });

    it('and that which the page gives for panels of one’s own', async () => {
      const page = await readFile(new URL('../../../docs/sinks/grafana.md', import.meta.url), 'utf8');
      const [sql = ''] = /(?<=`)select [^`]+/.exec(page) ?? [];
      const { reader } = await month();

      const found = await reader.sql(sql);

      expect(found.length).toBeGreaterThan(1);
      expect(Object.keys(found[0] ?? {})).toEqual(['time', 'metric', 'cost_usd']);
    });

    it('add up to what the records add up to', async () => {
      const { asked, rows, records } = await month(EVERY_DAY);
      const of = async (title: string) => rows(asked.find((one) => one.title === title) as Asked);
      const [requests, usage, billing, balances] = await Promise.all(
        ['requests', 'usage', 'billing', 'balances'].map(records),
      );
      const failed = requests?.filter(({ status }) => status === 'error' || status === 'lost') ?? [];
      const count = requests?.length ?? 0;

      const sums: Readonly<Record<string, readonly [column: string, sum: number]>> = {
        'Cost this month': ['cost', sum(since(billing, '2026-11-01'), 'cost_usd')],
        'Cost a day by line item': ['value', sum(await records('billing_by_line_item'), 'cost_usd')],
        'Cost by API key': ['value', sum(await records('billing_by_accessor'), 'cost_usd')],
        'Cost by tags': ['value', sum(await records('billing_by_line_item_tags'), 'cost_usd')],
        'Cost by project': ['value', sum(billing, 'cost_usd')],
        Requests: ['requests', count],
        'Requests a day by endpoint': ['value', count],
        'Hours a day by model': ['value', sum(requests, 'total_audio_seconds') / 3_600],
        'Tokens a day': ['in', sum(requests, 'tokens_in')],
        'Characters spoken a day': ['characters', sum(requests, 'tts_characters')],
        'Failed requests a day by code': ['value', failed.length],
        'Requests: log and usage': ['usage', sum(usage, 'requests')],
        'Cost: log and bill': ['log', sum(requests, 'cost_usd')],
        'Day by day': ['reported', sum(await records('reconciliation'), 'reported')],
        'This week against last': [
          'this week',
          sum(between(billing, '2026-11-13', '2026-11-19'), 'cost_usd'),
        ],
        'Error rate': ['error rate', (100 * failed.length) / count],
        Balance: ['balance', sum(balances, 'amount')],
        'Projected month': [
          'cost',
          sum(between(billing, '2026-11-01', '2026-11-19'), 'cost_usd') +
            (11 * sum(between(billing, '2026-11-13', '2026-11-19'), 'cost_usd')) / 7,
        ],
        'Deepgram: the balance is low': ['dollars', sum(balances, 'amount')],
        'Deepgram: the budget is exceeded': [
          'percent',
          100 * Math.max(...between(billing, '2026-11-19', '2026-11-20').map((row) => Number(row.cost_usd))) +
            5 * sum(since(billing, '2026-11-01'), 'cost_usd'),
        ],
      };
      for (const [title, [column, expected]] of Object.entries(sums)) {
        expect(expected, title).toBeGreaterThan(0);
        expect(sum(await of(title), column), title).toBeCloseTo(expected, 8);
      }
      const table = asked.findLast(({ title }) => title === 'Requests') as Asked;
      expect(idsOf(await rows(table))).toEqual(idsOf(requests));
      expect(idsOf(await of('Last errors'))).toEqual(idsOf(failed));
      expect((await of('Last export'))[0]).toEqual({ age: 0 });
    });

    it('estimate a latency within the bounds of the histogram that it lies between', async () => {
      const { asked, rows, records } = await month();
      const panel = asked.find(({ title }) => title === 'Latency without streams') as Asked;
      const requests = (await records('requests')).filter(
        ({ method, latency_ms: latency }) => method !== 'streaming' && latency !== null,
      );

      for (const { time, metric, value } of await rows(panel)) {
        const day = (time as Date).toISOString().slice(0, 10);
        const latencies = requests
          .filter(({ date }) => date === day)
          .map((row) => Number(row.latency_ms))
          .sort((a, b) => a - b);
        const rank = Math.ceil((latencies.length * Number(String(metric).slice(1))) / 100);
        expect(bucketOf(Number(value)), `${day} ${metric}`).toBe(bucketOf(latencies[rank - 1] ?? 0));
      }
    });

    it('are narrowed by what is chosen, whatever is in a name, and "All" also has what has no value', async () => {
      const { asked, rows, records, world } = await month();
      const requests = asked.findLast(({ title }) => title === 'Requests') as Asked;
      const all = await records('requests');
      const name = `it's "nova"; \\ $1 ) --`;
      await world.database.sql(
        `update deepgram.requests set model = $1, tags = array[$1] where request_id = $2`,
        [name, all[0]?.request_id],
      );
      await world.database.sql(
        'update deepgram.requests set model = null, api_key_id = null, endpoint = $1, tags = null where request_id = $2',
        ['other', all[1]?.request_id],
      );
      const narrowedTo = async (variables: Parameters<Month['rows']>[1]) =>
        (await rows(requests, variables)).length;

      expect(await narrowedTo({})).toBe(all.length);
      expect(await narrowedTo({ model: [name] })).toBe(1);
      expect(await narrowedTo({ tag: [name, "it's"] })).toBe(1);
      expect(await narrowedTo({ request: String(all[1]?.request_id) })).toBe(1);
      expect(await narrowedTo({ endpoint: ['listen'] })).toBe(
        count(all.toSpliced(1, 1), 'endpoint', 'listen'),
      );
      expect(await narrowedTo({ status: ['error'], project: ['p-1'] })).toBe(count(all, 'status', 'error'));
      expect(await narrowedTo({ project: ['nobody'] })).toBe(0);
      for (const one of asked)
        await rows(one, { model: [name], tag: [name], api_key: [name], endpoint: [name] });
    });
  },
);

/** Of a point in time each number is one, and beside them there is at most a name. */
function isPlotted(row: Row, { format, kind }: Asked): boolean {
  const values = Object.entries(row).filter(([name]) => name !== 'time');
  if (format !== 'time_series') return values.length > 0;
  const names = values.filter(([, value]) => typeof value === 'string');
  const rest = values.filter(([, value]) => typeof value !== 'string');
  if (kind === 'alarm' && rest.length !== 1) return false;
  return names.length <= 1 && rest.every(([, value]) => value === null || Number.isFinite(value));
}

function sum(rows: readonly Row[] | undefined, column: string): number {
  return rows?.reduce((total, row) => total + Number(row[column] ?? 0), 0) ?? 0;
}

function since(rows: readonly Row[] | undefined, day: string): readonly Row[] {
  return rows?.filter(({ date }) => String(date) >= day) ?? [];
}

function between(rows: readonly Row[] | undefined, first: string, last: string): readonly Row[] {
  return since(rows, first).filter(({ date }) => String(date) <= last);
}

function idsOf(rows: readonly Row[] | undefined): readonly string[] {
  return (rows ?? []).map((row) => String(row.request_id)).sort();
}

function count(rows: readonly Row[], column: string, value: string): number {
  return rows.filter((row) => row[column] === value).length;
}

function bucketOf(ms: number): number {
  return [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000].findIndex((bound) => ms <= bound);
}
