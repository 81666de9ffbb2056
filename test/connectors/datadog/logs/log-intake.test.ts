import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { API_KEY, NOW } from '../account.js';
import { openLogAccount } from './log-account.js';

const HOUR = 3_600_000;

async function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}/api/v2/logs`, {
    method: 'POST',
    headers: { 'dd-api-key': API_KEY, ...headers },
    body: Buffer.from(body),
  });
  return { status: answer.status, body: await answer.json() };
}

const log = (fields: object = {}) => JSON.stringify({ message: 'm', ...fields });

describe('the stand-in intake of logs', () => {
  it.each([
    ['identity', (text: string) => Buffer.from(text)],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('reads %s, and answers with empty JSON', async (encoding, encode) => {
    const { intake } = await openLogAccount();

    const answer = await post(intake.url, encode(`[${log()},${log({ a: 1 })}]`), {
      'content-encoding': encoding,
    });

    expect(answer).toEqual({ status: 202, body: {} });
    expect(intake.logs.map((stored) => stored.log)).toEqual([{ message: 'm' }, { message: 'm', a: 1 }]);
  });

  it.each([
    ['a wrong key', 403, log(), { 'dd-api-key': 'wrong' }],
    ['no JSON', 400, '{', {}],
    ['a log without a message', 400, '[{"service":"s"}]', {}],
    ['a body that is not in the encoding it names', 400, log(), { 'content-encoding': 'gzip' }],
    ['more than 1,000 logs', 400, `[${Array(1_001).fill(log()).join()}]`, {}],
    ['more than 5,000,000 bytes', 413, log() + ' '.repeat(5_000_000), {}],
    [
      'more than 5,000,000 bytes after decompression',
      413,
      gzipSync(log() + ' '.repeat(5_000_000)),
      { 'content-encoding': 'gzip' },
    ],
  ])('refuses %s with %i', async (_what, status, body, headers) => {
    const { intake } = await openLogAccount();

    const answer = await post(intake.url, body, headers);

    expect(answer).toMatchObject({ status, body: { errors: [{ status: String(status) }] } });
    expect(intake.logs).toEqual([]);
    expect(intake.logPayloads).toEqual([]);
  });

  it.each([
    ['ISO 8601', { timestamp: new Date(NOW - 1_000).toISOString() }, NOW - 1_000],
    ['milliseconds', { timestamp: NOW - 1_000 }, NOW - 1_000],
    ['the other name', { date: new Date(NOW - 1_000).toISOString() }, NOW - 1_000],
    ['none', {}, NOW],
    ['no time', { timestamp: 'yesterday' }, NOW],
    ['18 hours ago', { timestamp: NOW - 18 * HOUR }, NOW - 18 * HOUR],
    ['2 hours ahead', { timestamp: NOW + 2 * HOUR }, NOW + 2 * HOUR],
  ])('dates a log by its time: %s', async (_form, fields, at) => {
    const { intake } = await openLogAccount();

    await post(intake.url, log(fields));

    expect(intake.logs).toMatchObject([{ at: new Date(at).toISOString() }]);
  });

  it('takes and drops what is outside the window', async () => {
    const { intake } = await openLogAccount();

    const answers = [
      await post(intake.url, log({ timestamp: NOW - 18 * HOUR - 1 })),
      await post(intake.url, log({ timestamp: NOW + 2 * HOUR + 1 })),
    ];

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(intake.logPayloads).toHaveLength(2);
    expect(intake.logs).toEqual([]);
  });

  it('keeps what comes twice twice', async () => {
    const { intake } = await openLogAccount();

    await post(intake.url, log());
    await post(intake.url, log());

    expect(intake.logs).toHaveLength(2);
  });

  it('cuts a log of more than 1,000,000 bytes, which then is text and no more', async () => {
    const { intake } = await openLogAccount();

    const { status } = await post(intake.url, log({ a: 'x'.repeat(1_000_000) }));

    expect(status).toBe(202);
    expect(Object.keys(intake.logs[0]?.log ?? {})).toEqual(['message']);
    expect(String(intake.logs[0]?.log.message)).toHaveLength(1_000_000);
  });

  it('meets its faults one after the other, and takes what it leaves unanswered', async () => {
    const { intake } = await openLogAccount();
    intake.faults.push(undefined, { status: 500 }, 'unanswered');

    const outcomes = [];
    for (let call = 0; call < 4; call += 1) {
      outcomes.push(
        await post(intake.url, log({ call })).then(
          ({ status }) => status,
          () => 'no answer',
        ),
      );
    }

    expect(outcomes).toEqual([202, 500, 'no answer', 202]);
    expect(intake.logs.map(({ log: { call } }) => call)).toEqual([0, 2, 3]);
  });
});
