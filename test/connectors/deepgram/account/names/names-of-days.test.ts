import { describe, expect, it } from 'vitest';
import { accountOverTime, DAY, HOUR, MINUTE, valuesOf } from './account-over-time.js';

const FACTS = {
  requests: {},
  usage: { group_by: ['accessor', 'models'] },
  billing: { group_by: ['accessor', 'line_item'] },
} as const;
const NAMED = ['requests', 'usage_by_accessor', 'billing_by_accessor'];
const YESTERDAY = '2026-11-19';

/** With another comment for each key. */
function renamed<Key extends { readonly api_key: { readonly comment: string } }>(keys: readonly Key[]) {
  const api_keys = keys.map((key) => ({
    ...key,
    api_key: { ...key.api_key, comment: `new ${key.api_key.comment}` },
  }));
  return { api_keys };
}

describe('a day carries its own names', () => {
  it('also where it is read again after a project and its keys were renamed', async () => {
    const account = await accountOverTime();
    const first = await account.run(FACTS, YESTERDAY);

    account.renameProject('Support EMEA');
    account.answer('keys', renamed(await account.keys()));
    account.standIn.clock.advance(2 * HOUR);
    const second = await account.run(FACTS, YESTERDAY);

    for (const stream of NAMED) {
      expect(valuesOf(second.rows(stream), 'project_name'), stream).toEqual(['Support']);
      const names = valuesOf(first.rows(stream), 'api_key_name');
      expect(names.length, stream).toBeGreaterThan(3);
      expect(valuesOf(second.rows(stream), 'api_key_name'), stream).toEqual(names);
    }
  });

  it('the next day the new ones, and the days before it those of their time', async () => {
    const account = await accountOverTime();
    await account.run(FACTS, YESTERDAY);
    account.renameProject('Support EMEA');
    account.answer('keys', renamed(await account.keys()));
    account.standIn.clock.advance(2 * HOUR);
    await account.run(FACTS, YESTERDAY);

    account.standIn.clock.advance(DAY);
    const { rows } = await account.run(FACTS, YESTERDAY);

    for (const stream of NAMED) {
      const of = (since: string, until: string) =>
        rows(stream).filter(({ date }) => String(date) >= since && String(date) <= until);
      expect(valuesOf(of('2026-11-19', '2026-11-20'), 'project_name'), stream).toEqual(['Support']);
      expect(valuesOf(of('2026-11-21', '2026-11-21'), 'project_name'), stream).toEqual(['Support EMEA']);
      expect(valuesOf(of('2026-11-19', '2026-11-20'), 'api_key_name')).not.toContain('new production');
      expect(valuesOf(of('2026-11-21', '2026-11-21'), 'api_key_name')).toContain('new production');
    }
  });

  it('a name that was taken back on the day on which it was given has never been', async () => {
    const account = await accountOverTime();
    await account.run(FACTS);
    account.renameProject('Typo');
    await account.run(FACTS);
    account.renameProject('Support');
    await account.run(FACTS);

    account.standIn.clock.advance(DAY);
    const { rows } = await account.run(FACTS);

    expect(valuesOf(rows('requests'), 'project_name')).toEqual(['Support']);
  });

  it('after a key was deleted as before it', async () => {
    const account = await accountOverTime();
    const first = await account.run(FACTS, YESTERDAY);

    account.answer('keys', { api_keys: [] });
    account.standIn.clock.advance(3 * DAY);
    const later = await account.run(FACTS, YESTERDAY);

    expect(valuesOf(later.rows('usage_by_accessor'), 'api_key_name')).toEqual(
      valuesOf(first.rows('usage_by_accessor'), 'api_key_name'),
    );
  });

  it('those of today where nothing is remembered', async () => {
    const account = await accountOverTime();
    account.renameProject('Support EMEA');

    const { rows } = await account.run(FACTS, YESTERDAY);

    expect(valuesOf(rows('requests'), 'project_name')).toEqual(['Support EMEA']);
  });

  it('balances too', async () => {
    const account = await accountOverTime();
    await account.run({ balances: {} });
    account.renameProject('Support EMEA');

    const { rows } = await account.run({ balances: {} });

    expect(valuesOf(rows('balances'), 'project_name')).toEqual(['Support']);
  });
});

describe('names are asked for', () => {
  const ofNames = (calls: readonly string[]) =>
    calls.filter((call) => /^(keys|models|.+\/fields)$/.test(call)).sort();

  it('once an hour', async () => {
    const account = await accountOverTime({ requestsPerDay: 600 });
    const first = await account.run(FACTS);
    account.standIn.clock.advance(58 * MINUTE);
    const within = await account.run(FACTS);
    account.standIn.clock.advance(2 * MINUTE);
    const after = await account.run(FACTS);

    expect(ofNames(first.calls)).toEqual(['billing/fields', 'keys', 'models']);
    expect(ofNames(within.calls)).toEqual([]);
    expect(ofNames(after.calls)).toEqual(['billing/fields', 'keys', 'models']);
    expect(within.rows('requests').some((row) => row.api_key_name === 'production')).toBe(true);
    expect(valuesOf(within.rows('billing_by_line_item'), 'line_item_name')).toEqual(
      valuesOf(first.rows('billing_by_line_item'), 'line_item_name'),
    );
  });

  it.each([['requests'], ['usage_by_accessor'], ['billing_by_accessor']])(
    'before the hour is over where %s names a key that nobody knew, in that run',
    async (stream) => {
      const account = await accountOverTime();
      account.answer('keys', { api_keys: [] });
      await account.run({ api_keys: { include_emails: false } });
      account.answer('keys', undefined);
      account.standIn.clock.advance(10 * MINUTE);

      const { calls, rows } = await account.run(FACTS);

      expect(calls.filter((call) => call === 'keys')).toHaveLength(1);
      expect(valuesOf(rows(stream), 'api_key_name')).toContain('production');
    },
  );

  it('not again for a key that a list lacks which was read after it was met', async () => {
    const account = await accountOverTime();
    account.answer('keys', { api_keys: [] });
    await account.run({ requests: {} });
    account.standIn.clock.advance(10 * MINUTE);

    const { calls } = await account.run({ requests: {} });

    expect(calls).not.toContain('keys');
  });

  it('of line items, for the days that are read and no others', async () => {
    const account = await accountOverTime();

    await account.run({ billing: { group_by: ['line_item'] } }, '2026-11-17');

    const asked = account.standIn.calls.filter((call) => call.path.endsWith('/fields'));
    expect(asked.map(({ query }) => [query.get('start'), query.get('end')])).toEqual([
      ['2026-11-17', '2026-11-20'],
    ]);
  });

  it('of what was used only where a day names a model that no list has, and for that day', async () => {
    const account = await accountOverTime();
    account.answer('models', { stt: [], tts: [] });

    const { rows } = await account.run({ requests: {} }, YESTERDAY);

    const asked = account.standIn.calls.filter((call) => call.path.endsWith('/usage/fields'));
    expect(asked.map(({ query }) => [query.get('start'), query.get('end')]).sort()).toEqual([
      ['2026-11-19', '2026-11-19'],
      ['2026-11-20', '2026-11-20'],
    ]);
    expect(valuesOf(rows('requests'), 'model')).toContain('general');
  });
});

it('a project that is configured by a name that it had is told by its new one', async () => {
  const account = await accountOverTime();
  await account.run({ projects: {} });
  account.renameProject('Support EMEA');

  const run = account.run({ projects: {} }, YESTERDAY, ['Support']);

  await expect(run).rejects.toMatchObject({
    code: 'PROJECT_UNKNOWN',
    hint: expect.stringContaining('"Support" is now called Support EMEA (p-1).'),
  });
});
