import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { API_KEY, NOW, openAccount } from '../../datadog/account.js';

const NOW_S = NOW / 1_000;

function payload(timestamp = NOW_S, value = 1, tags: readonly string[] = []): string {
  return JSON.stringify({
    series: [{ metric: 'm', type: 1, interval: 60, tags, points: [{ timestamp, value }] }],
  });
}

async function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await fetch(`${url}/api/v2/series`, {
    method: 'POST',
    headers: { 'dd-api-key': API_KEY, ...headers },
    body: Buffer.from(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

describe('the stand-in intake', () => {
  it.each([
    ['identity', (text: string) => Buffer.from(text)],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('reads %s', async (encoding, encode) => {
    const { intake } = await openAccount();

    const status = await post(intake.url, encode(payload()), { 'content-encoding': encoding });

    expect(status).toBe(202);
    expect(intake.query('m')).toMatchObject([{ timestamp: NOW_S, value: 1 }]);
  });

  it.each([
    ['a wrong key', 403, payload(), { 'dd-api-key': 'wrong' }],
    ['no JSON', 400, '{', {}],
    ['no list of series', 400, '{"series":{}}', {}],
    ['a value that is null', 400, payload(NOW_S, Number.NaN), {}],
    ['a body that is not in the encoding it names', 400, payload(), { 'content-encoding': 'gzip' }],
    ['an unknown encoding', 400, payload(), { 'content-encoding': 'br' }],
    ['more than 512,000 bytes on the wire', 413, payload() + ' '.repeat(512_000), {}],
    [
      'more than 5,242,880 bytes after decompression',
      413,
      gzipSync(payload() + ' '.repeat(5_242_880)),
      { 'content-encoding': 'gzip' },
    ],
  ])('refuses %s with %i', async (_what, status, body, headers) => {
    const { intake } = await openAccount();

    expect(await post(intake.url, body, headers)).toBe(status);
    expect(intake.query()).toEqual([]);
    expect(intake.payloads).toEqual([]);
  });

  it('takes and drops what is outside the window', async () => {
    const { intake } = await openAccount();

    const statuses = [
      await post(intake.url, payload(NOW_S - 3_601)),
      await post(intake.url, payload(NOW_S + 601)),
    ];

    expect(statuses).toEqual([202, 202]);
    expect(intake.query()).toEqual([]);
  });

  it('keeps what is old when historical metrics are on', async () => {
    const { intake } = await openAccount({ historical: true });

    await post(intake.url, payload(NOW_S - 86_400 * 300));

    expect(intake.query()).toHaveLength(1);
  });

  it('keeps the last write of a metric, tag set and moment', async () => {
    const { intake } = await openAccount();

    await post(intake.url, payload(NOW_S, 1, ['Env:Prod', 'a:b']));
    await post(intake.url, payload(NOW_S, 5, ['a:b', 'env:prod']));
    await post(intake.url, payload(NOW_S, 7, ['a:c']));

    expect(intake.query('m', ['env:prod']).map(({ value }) => value)).toEqual([5]);
    expect(intake.query('m')).toHaveLength(2);
  });

  it.each([
    ['lower case', 'Env:PROD', 'env:prod'],
    ['one underscore for what is not allowed', 'project:R&D (EU), Zürich', 'project:r_d_eu_zürich'],
    ['one underscore for several', 'project:a__b', 'project:a_b'],
    ['no underscore and no colon at the end', 'project:backend (eu):', 'project:backend_eu'],
    ['a letter at its beginning', '_1-env:1', 'env:1'],
    ['200 characters, and what ends then', `k:${'x'.repeat(197)}(rest`, `k:${'x'.repeat(197)}`],
  ])('stores a tag with %s', async (_rule, sent, stored) => {
    const { intake } = await openAccount();

    await post(intake.url, payload(NOW_S, 1, [sent]));

    expect(intake.query('m').map(({ tags }) => tags)).toEqual([[stored]]);
  });

  it('validates the key, and knows no other call', async () => {
    const { intake } = await openAccount();
    const ask = async (path: string, key: string) =>
      (await fetch(`${intake.url}${path}`, { headers: { 'dd-api-key': key } })).status;

    expect(await ask('/api/v1/validate', API_KEY)).toBe(200);
    expect(await ask('/api/v1/validate', 'wrong')).toBe(403);
    expect(await ask('/api/v1/hosts', API_KEY)).toBe(404);
  });

  it('answers with a fault once, or until it is taken back', async () => {
    const { intake } = await openAccount();
    intake.faults.push({ status: 500 });

    const once = [await post(intake.url, payload()), await post(intake.url, payload())];
    intake.lastingFault = { status: 503 };
    const lasting = [await post(intake.url, payload()), await post(intake.url, payload())];
    intake.lastingFault = undefined;

    expect([...once, ...lasting, await post(intake.url, payload())]).toEqual([500, 202, 503, 503, 202]);
  });
});
