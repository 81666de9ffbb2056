import { afterEach, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { readAccount } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY = '2026-11-20';
const PROJECT = { id: 'p-1', name: 'Support' };
const MIB = 1024 * 1024;

let account: StandIn | undefined;
afterEach(() => account?.close());

/** Reads streams of an account that gives this text for one of its endpoints. */
async function readWith(
  path: string,
  body: object | string,
  streams: Parameters<typeof readAccount>[0]['streams'],
) {
  account = await startStandIn({
    now: NOW,
    projects: [PROJECT],
    requestsPerDay: 3,
    answers: { [`/v1/projects/p-1/${path}`]: body },
  });
  const read = await readAccount({ url: account.url, streams, since: DAY, until: DAY, now: NOW });
  const calls = account.calls.filter((call) => call.path.endsWith(`/${path}`)).length;
  return { ...read, calls, failure: read.result.sourceFailures[0] };
}

const OLDER = {
  err_code: 'UPSTREAM_TIMEOUT',
  err_msg: 'The log store did not answer in time.',
  request_id: '6d5c-77',
};
const NEWER = {
  category: 'UNAVAILABLE',
  message: 'Response is not available yet.',
  details: 'Please try again later.',
  request_id: '6d5c-77',
};

describe('an error in a 200', () => {
  it.each([
    ['older', 'requests', OLDER, { requests: {} }],
    ['newer', 'requests', NEWER, { requests: {} }],
    ['beside an empty list', 'requests', { ...OLDER, requests: [] }, { requests: {} }],
    ['beside no list', 'requests', { ...OLDER, requests: null }, { requests: {} }],
    ['older', 'billing/breakdown', OLDER, { billing: { group_by: [] } }],
    ['newer', 'usage/breakdown', NEWER, { usage: { group_by: ['tags'] } }],
    ['newer', 'balances', NEWER, { balances: {} }],
    [
      'without a message',
      'keys',
      { err_code: 'UPSTREAM_TIMEOUT', request_id: '6d5c-77' },
      { api_keys: { include_emails: false } },
    ],
  ] as const)(
    'is no empty answer, is tried again, and shown: %s, %s',
    async (_shape, path, body, streams) => {
      const { failure, calls, sink } = await readWith(path, body, streams);

      const words = 'err_msg' in body ? body.err_msg : 'message' in body ? body.message : body.err_code;
      expect(failure).toMatchObject({
        kind: 'transient',
        message: expect.stringContaining(words.slice(0, -1)),
      });
      expect(failure?.message).toContain('(request id 6d5c-77)');
      expect(failure?.message).toContain('after 6 tries');
      expect(calls).toBeGreaterThanOrEqual(6);
      expect([...sink.committed.values()].map(({ partition }) => partition.stream.name)).not.toContain(
        failure?.stream,
      );
    },
  );

  it('that passes costs nothing', async () => {
    account = await startStandIn({ now: NOW, projects: [PROJECT], requestsPerDay: 3 });
    account.faults.next('error-in-200', 2, ({ path }) => path.endsWith('/requests'));

    const { result, requests } = await readAccount({
      url: account.url,
      streams: { requests: {} },
      since: DAY,
      until: DAY,
      now: NOW,
    });

    expect(result.sourceFailures).toEqual([]);
    expect(requests().length).toBeGreaterThan(0);
  });
});

it('reads an answer behind a byte order mark', async () => {
  const balance = { balance_id: 'b-1', amount: 1, units: 'usd', purchase_order_id: 'o-1' };
  account = await startStandIn({
    now: NOW,
    projects: [PROJECT],
    answers: { '/v1/projects/p-1/balances': `\ufeff${JSON.stringify({ balances: [balance] })}` },
  });

  const { result, sink } = await readAccount({
    url: account.url,
    streams: { balances: {} },
    since: '2026-11-20',
    until: '2026-11-20',
    now: NOW,
  });

  expect(result.sourceFailures).toEqual([]);
  expect(sink.rows('balances')).toHaveLength(1);
});

describe('an answer that is more than a page can rightly be', () => {
  const many = (what: string, count: number) => `[${Array(count).fill(what).join()}]`;
  it.each([
    ['empty lists', 'requests', `{"requests":${many('[]', 8_000_000)}}`, { requests: {} }],
    ['empty objects', 'requests', `{"requests":${many('{}', 400_000 * 2)}}`, { requests: {} }],
    [
      'lists in lists',
      'usage/breakdown',
      `{"results":${'['.repeat(3e6)}${']'.repeat(3e6)}}`,
      { usage: { group_by: ['tags'] } },
    ],
    ['numbers', 'billing/breakdown', `{"results":${many('0', 3_000_000)}}`, { billing: { group_by: [] } }],
    ['bytes of a page', 'requests', `{"requests":[],"a":"${' '.repeat(17 * MIB)}"}`, { requests: {} }],
    [
      'bytes of a list',
      'keys',
      `{"api_keys":[],"a":"${' '.repeat(33 * MIB)}"}`,
      { api_keys: { include_emails: false } },
    ],
  ] as const)('is refused before it is parsed, and named: %s, %s', async (_what, path, body, streams) => {
    const { failure, sink } = await readWith(path, body, streams);

    expect(failure).toMatchObject({
      code: 'HTTP_TOO_LARGE',
      kind: 'permanent',
      message: expect.stringMatching(/larger than|more than \d+ values/),
      hint: expect.stringMatching(/configured URL/),
    });
    expect(sink.rows(failure?.stream ?? '')).toEqual([]);
  });

  it('is not what has many commas and brackets in its texts', async () => {
    const path = `/v1/listen?${'[{,'.repeat(500_000)}`;
    const record = { request_id: 'r-1', created: `${DAY}T10:00:00Z`, path, response: null };

    const { requests, result } = await readWith('requests', { requests: [record] }, { requests: {} });

    expect(result.sourceFailures).toEqual([]);
    expect(requests()).toHaveLength(1);
  });
});
