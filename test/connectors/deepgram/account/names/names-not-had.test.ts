import { describe, expect, it } from 'vitest';
import { daysThrough } from '../../../../../src/time/day.js';
import { accountOverTime, valuesOf } from './account-over-time.js';

const REQUESTS = { requests: {} };
const BY_LINE_ITEM = { billing: { group_by: ['line_item'] } } as const;
const BY_MODEL = { usage: { group_by: ['models'] } } as const;
const PASSING = [
  'server-error',
  'bad-gateway',
  'rate-limited',
  'request-timeout',
  'unauthorized',
  'redirect',
  'html',
  'broken-json',
] as const;

describe('names that cannot be had cost no record', () => {
  it.each(PASSING)('API keys: after %s the day stays open, and it is said once', async (fault) => {
    const { readToday } = await accountOverTime();

    const { rows, isProvisional, warnings } = await readToday(REQUESTS, fault, 'keys');

    expect(rows.length).toBeGreaterThan(5);
    expect(valuesOf(rows, 'api_key_name')).toEqual([null]);
    expect(isProvisional).toBe(true);
    expect(warnings.filter((warning) => warning.includes('API key names'))).toHaveLength(1);
  });

  it('line items: they have no name, and the day stays open', async () => {
    const { readToday } = await accountOverTime();

    const { rows, isProvisional } = await readToday(BY_LINE_ITEM, 'server-error', 'billing/fields');

    expect(rows.length).toBeGreaterThan(1);
    expect(valuesOf(rows, 'line_item_name')).toEqual([null]);
    expect(isProvisional).toBe(true);
  });

  it('models: they are called by their ids, and the day stays open', async () => {
    const { readToday } = await accountOverTime();

    const { rows, isProvisional } = await readToday(BY_MODEL, 'server-error', 'models', 'usage/fields');

    expect(valuesOf(rows, 'model')).toEqual(rows.map((row) => [row.model_ids].flat().join('|')).sort());
    expect(isProvisional).toBe(true);
  });

  it.each([
    ['billing_by_line_item', BY_LINE_ITEM, 'billing/fields', 'line_item_name'],
    ['usage_by_models', BY_MODEL, 'usage/fields', 'model'],
  ] as const)(
    '%s: a server that cannot tell of so many days is asked for half of them',
    async (stream, streams, end, field) => {
      const account = await accountOverTime();
      account.answer('models', { stt: [], tts: [] });
      const daysOf = ({ query }: { readonly query: URLSearchParams }) =>
        daysThrough(query.get('start') ?? '', query.get('end') ?? '').length;
      account.standIn.faults.next(
        'gateway-timeout',
        1_000,
        (call) => call.path.endsWith(end) && daysOf(call) > 2,
      );

      const { result, rows } = await account.run(streams, '2026-11-13');

      const asked = account.standIn.calls.filter(({ path }) => path.endsWith(end)).map(daysOf);
      const names = valuesOf(rows(stream), field);
      expect(names.length).toBeGreaterThan(1);
      // An id is what has no name.
      expect(names.filter((name) => name === null || /-.*-.*-.*-/.test(String(name)))).toEqual([]);
      expect(result.findings.warnings).toEqual([]);
      expect(asked).toEqual([8, 8, 4, 4, 2, 2, 2, 2]);
    },
  );

  it('remembered names serve meanwhile, and the day may close', async () => {
    const account = await accountOverTime();
    await account.run(REQUESTS);
    account.standIn.clock.advance(2 * 3_600_000);

    const { rows, isProvisional } = await account.readToday(REQUESTS, 'server-error', 'keys', 'models');

    expect(valuesOf(rows, 'api_key_name')).toContain('production');
    expect(isProvisional).toBe(false);
  });

  it('what the API key may never read is said, and keeps no day open', async () => {
    const { readToday } = await accountOverTime();

    const { rows, isProvisional, warnings } = await readToday(REQUESTS, 'forbidden', 'keys');

    expect(valuesOf(rows, 'api_key_name')).toEqual([null]);
    expect(isProvisional).toBe(false);
    expect(warnings.join()).toMatch(/No API key names for project Support.*403/);
  });

  it('a list that is none costs the names only', async () => {
    const account = await accountOverTime();
    account.answer('keys', {});

    const { rows, isProvisional } = await account.readToday(REQUESTS);

    expect(rows.length).toBeGreaterThan(5);
    expect(isProvisional).toBe(true);
  });

  it('and everything that is had keeps no day open', async () => {
    const { readToday } = await accountOverTime();

    expect((await readToday(REQUESTS)).isProvisional).toBe(false);
    expect((await readToday(BY_LINE_ITEM)).isProvisional).toBe(false);
    expect((await readToday(BY_MODEL)).isProvisional).toBe(false);
  });
});

describe('keys without a name', () => {
  it.each([
    ['1 of 4', 'has'],
    ['2 of 4', 'have'],
  ])('are counted, once a run: %s', async (counts, verb) => {
    const account = await accountOverTime();
    const keys = await account.keys();
    account.answer('keys', { api_keys: keys.slice(Number(counts[0]) - 1) });

    const { result } = await account.run({ requests: {}, usage: { group_by: ['accessor'] } });

    expect(result.findings.warnings).toEqual([
      expect.stringMatching(
        `^${counts} keys that were used in Support ${verb} no name: an Admin’s or Member’s key `,
      ),
    ]);
  });

  it('are not, where the list could not be read: that is said already', async () => {
    const { readToday } = await accountOverTime();

    const { warnings } = await readToday(REQUESTS, 'forbidden', 'keys');

    expect(warnings.join()).not.toContain('have no name');
  });
});
