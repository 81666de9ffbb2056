import { describe, expect, it } from 'vitest';
import { accountOverTime, DAY, HOUR, valuesOf } from './account-over-time.js';

const KEYS = { api_keys: { include_emails: false } };
const WITH_EMAILS = { api_keys: { include_emails: true } };

describe('a snapshot keeps what its list has lost', () => {
  it('with the day of the last list that had it, and without its owner’s address', async () => {
    const account = await accountOverTime();
    const [gone, ...others] = await account.keys();
    await account.run(WITH_EMAILS);
    account.answer('keys', { api_keys: others });
    account.standIn.clock.advance(2 * DAY);

    const { rows } = await account.run(WITH_EMAILS);

    const row = rows('api_keys').find(({ api_key_id: id }) => id === gone?.api_key.api_key_id);
    expect(row).toMatchObject({ name: 'production', last_seen: '2026-11-20', member_email: null });
    const listed = rows('api_keys').filter(({ last_seen: lastSeen }) => lastSeen === null);
    expect(listed).toHaveLength(others.length);
    expect(listed.every(({ member_email: email }) => String(email).includes('@'))).toBe(true);
  });

  it.each([
    ['api_keys', 'keys', { api_keys: [] }, KEYS],
    ['models', 'models', { stt: [], tts: [] }, { models: {} }],
    ['purchases', 'purchases', { orders: [] }, { purchases: {} }],
  ])('%s: all of it, where the list is empty of a sudden', async (stream, end, empty, streams) => {
    const account = await accountOverTime();
    const before = await account.run(streams);
    account.answer(end, empty);
    account.standIn.clock.advance(2 * HOUR);

    const after = await account.run(streams);

    expect(before.rows(stream).length).toBeGreaterThan(3);
    expect(after.rows(stream).length).toBe(before.rows(stream).length);
  });

  it('for 400 days', async () => {
    const account = await accountOverTime({ requestsPerDay: 0 });
    await account.run(KEYS);
    account.answer('keys', { api_keys: [] });

    account.standIn.clock.advance(400 * DAY);
    const still = await account.run(KEYS);
    account.standIn.clock.advance(DAY);
    const then = await account.run(KEYS);

    expect(still.rows('api_keys')).toHaveLength(4);
    expect(then.rows('api_keys')).toEqual([]);
  });

  it('and what comes back is listed again', async () => {
    const account = await accountOverTime();
    await account.run(KEYS);
    account.answer('keys', { api_keys: [] });
    account.standIn.clock.advance(DAY);
    await account.run(KEYS);
    account.answer('keys', undefined);
    account.standIn.clock.advance(DAY);

    const { rows } = await account.run(KEYS);

    expect(valuesOf(rows('api_keys'), 'last_seen')).toEqual([null]);
  });
});

describe('what records name has a row', () => {
  it('of the same run, without a name where no list has it', async () => {
    const account = await accountOverTime();
    account.answer('keys', { api_keys: [] });
    account.answer('models', { stt: [], tts: [] });
    account.answer('usage/fields', { models: [] });

    const { rows } = await account.run({ ...KEYS, models: {}, requests: {} });

    const used = valuesOf(rows('requests'), 'api_key_id');
    expect(used.length).toBeGreaterThan(3);
    expect(rows('api_keys').map(({ api_key_id: id, name, last_seen: last }) => [id, name, last])).toEqual(
      used.map((id) => [id, null, null]),
    );
    const models = new Set(rows('requests').flatMap(({ model_ids: ids }) => ids ?? []));
    expect(rows('models').map(({ model_id: id }) => id)).toEqual([...models].sort());
  });

  it.each([
    [{ usage: { group_by: ['accessor'] } }, 'usage_by_accessor'],
    [{ billing: { group_by: ['accessor'] } }, 'billing_by_accessor'],
  ] as const)('of earlier runs, by %j', async (facts, stream) => {
    const account = await accountOverTime();
    account.answer('keys', { api_keys: [] });
    const { rows } = await account.run(facts);
    const used = valuesOf(rows(stream), 'accessor').filter((id) => id !== null);

    account.standIn.clock.advance(2 * HOUR);
    const later = await account.run(KEYS);

    expect(used.length).toBeGreaterThan(3);
    expect(valuesOf(later.rows('api_keys'), 'api_key_id')).toEqual(used);
  });
});

describe('purchases', () => {
  const orders = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({ order_id: `o-${1_000 + from + at}` }));

  it('are read page after page until there is nothing new', async () => {
    const account = await accountOverTime();

    const { calls, rows } = await account.run({ purchases: {} });

    expect(rows('purchases')).toHaveLength(13);
    expect(calls.filter((call) => call === 'purchases')).toHaveLength(2);
  });

  it('end where a server gives the same page for ever', async () => {
    const account = await accountOverTime();
    account.answer('purchases', { orders: orders(0, 50) });

    const { calls, rows } = await account.run({ purchases: {} });

    expect(rows('purchases')).toHaveLength(50);
    expect(calls.filter((call) => call === 'purchases')).toHaveLength(2);
  });
});

describe('a project', () => {
  it('says whether its requests are kept from training, and is asked once an hour', async () => {
    const account = await accountOverTime();
    account.answer('', { project_id: 'p-1', mip_opt_out: true });

    const first = await account.run({ projects: {} });
    account.standIn.clock.advance(30 * 60_000);
    const second = await account.run({ projects: {} });

    expect(first.rows('projects')).toEqual([{ project_id: 'p-1', name: 'Support', mip_opt_out: true }]);
    expect(second.rows('projects')).toEqual(first.rows('projects'));
    expect(second.calls).toEqual(['/v1/projects']);
  });

  it('is there all the same where that cannot be read', async () => {
    const account = await accountOverTime({ scopes: ['usage:read', 'project:read'] });
    account.standIn.faults.next('forbidden', 1, ({ path }) => path === '/v1/projects/p-1');

    const { rows, result } = await account.run({ projects: {} });

    expect(rows('projects')).toEqual([{ project_id: 'p-1', name: 'Support', mip_opt_out: null }]);
    expect(result.sourceFailures).toEqual([]);
  });
});

describe('only when asked for', () => {
  it('keys say when they expire, and their tags: one call a key, once an hour', async () => {
    const account = await accountOverTime();
    const streams = { api_keys: { include_emails: false, details: true } };

    const first = await account.run(streams);
    const second = await account.run(streams);

    expect(first.rows('api_keys').map((row) => [row.name, row.expires_at, row.tags])).toEqual(
      expect.arrayContaining([
        ['production', null, ['prod']],
        ['mobile “app”', '2027-06-30T00:00:00.000000Z', []],
      ]),
    );
    expect(first.calls.filter((call) => call.startsWith('keys/'))).toHaveLength(4);
    expect(second.calls.filter((call) => call.startsWith('keys'))).toEqual([]);
    expect(second.rows('api_keys')).toEqual(first.rows('api_keys'));
  });

  it('a key that was deleted since it was listed costs no other one', async () => {
    const account = await accountOverTime();
    const keys = await account.keys();
    account.answer('keys', { api_keys: [...keys, { api_key: { api_key_id: 'k-gone', comment: 'gone' } }] });

    const { rows } = await account.run({ api_keys: { include_emails: false, details: true } });

    expect(rows('api_keys')).toHaveLength(5);
    expect(rows('api_keys').at(-1)).toMatchObject({ name: 'gone', expires_at: null, tags: null });
  });

  it('members are read, and are gone when they are gone: they are people', async () => {
    const account = await accountOverTime();

    const first = await account.run({ members: {} });
    account.answer('members', { members: [] });
    const second = await account.run({ members: {} });

    expect(first.rows('members')).toHaveLength(2);
    expect(first.rows('members')).toContainEqual(
      expect.objectContaining({ email: 'owner@example.com', first_name: 'Odile', scopes: ['owner'] }),
    );
    expect(second.rows('members')).toEqual([]);
    expect(JSON.stringify(account.memory.get('p-1'))).not.toContain('@');
  });

  it('nobody’s address is remembered', async () => {
    const account = await accountOverTime();

    const { rows } = await account.run({ ...WITH_EMAILS, requests: {} });

    expect(JSON.stringify(rows('api_keys'))).toContain('owner@example.com');
    expect(JSON.stringify(account.memory.get('p-1'))).not.toContain('@');
  });
});
