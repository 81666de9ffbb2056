import { expect, it, onTestFinished } from 'vitest';
import { allScopes } from '../../../../connectors/stand-ins/deepgram/account/roles.js';
import { startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../../connectors/stand-ins/deepgram/stand-in-options.js';
import type { Row } from '../../../../src/streams/field.js';
import { openSource, readAccount } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const PROJECT = { id: 'p-1', name: 'Support line' };
const SIGNAL = new AbortController().signal;

const open = async (options: StandInOptions = {}) => {
  const account = await startStandIn({
    now: NOW,
    projects: [PROJECT],
    requestsPerDay: 400,
    apiKey: 'stand-in-key',
    ...options,
  });
  onTestFinished(() => account.close());
  const reading = {
    url: account.url,
    streams: {
      requests: {},
      usage: { group_by: ['feature_set', 'accessor', 'models'] },
      billing: { group_by: ['line_item', 'deployment'] },
    },
    since: '2026-11-18',
    until: '2026-11-20',
    now: NOW,
  } as const;
  const told = async () => {
    const { source } = await openSource(reading);
    const values = await source.distinctValues?.([PROJECT], SIGNAL);
    await source.close();
    return values?.get('p-1');
  };
  return { account, reading, told };
};

it('there are no more different values in the records than Deepgram lists', async () => {
  const { reading, told } = await open();
  const { sink } = await readAccount(reading);
  const rows = [...sink.committed.values()].flatMap((partition) => partition.rows);

  const values = await told();

  const seen = Object.fromEntries([...(values ?? [])].map(([name]) => [name, seenIn(rows, name)]));
  expect(seen).toEqual(
    Object.fromEntries(
      [...(values ?? [])].map(([name, count]) => [name, expect.toSatisfy((n) => n <= count)]),
    ),
  );
  expect([...(values?.keys() ?? [])].sort()).toEqual([
    'accessor',
    'api_key_id',
    'deployment',
    'endpoint',
    'feature_set',
    'line_item',
    'method',
    'model',
    'status',
    'tags',
  ]);
});

it('what the key may not read is left out', async () => {
  const { told } = await open({ scopes: allScopes.filter((scope) => scope === 'usage:read') });

  const values = await told();

  expect([...(values?.keys() ?? [])].sort()).toEqual([
    'endpoint',
    'feature_set',
    'method',
    'model',
    'status',
    'tags',
  ]);
});

it('API keys count, used or not', async () => {
  const { told } = await open({ requestsPerDay: 0 });

  const values = await told();

  expect(values?.get('model')).toBe(0);
  expect(values?.get('api_key_id')).toBeGreaterThan(1);
});

it('a tag counts once, although one list has it as `dev` and the other as `tag=dev`', async () => {
  const { reading, told } = await open();
  const { sink } = await readAccount(reading);
  const rows = [...sink.committed.values()].flatMap((partition) => partition.rows);

  const values = await told();

  expect(values?.get('tags')).toBe(seenIn(rows, 'tags'));
});

it('it takes three calls a project', async () => {
  const { account, told } = await open();

  await told();

  expect(account.calls.map(({ path }) => path).sort()).toEqual([
    '/v1/projects/p-1/billing/fields',
    '/v1/projects/p-1/keys',
    '/v1/projects/p-1/usage/fields',
  ]);
});

/** Different values of a field; of a list what is in it. */
function seenIn(rows: readonly Row[], name: string): number {
  const values = rows.flatMap((row) => row[name] ?? []);
  return new Set(values).size;
}
