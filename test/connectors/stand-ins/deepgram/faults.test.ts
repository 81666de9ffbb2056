import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../../connectors/stand-ins/deepgram/server/faults.js';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { ask, NOON } from './ask.js';

let standIn: StandIn;
beforeEach(async () => {
  standIn = await startStandIn({ now: NOON, gzip: false });
});
afterEach(() => standIn.close());

const statuses = async (count: number) => {
  const seen: number[] = [];
  for (let call = 0; call < count; call++) seen.push((await ask(standIn, '/v1/projects')).status);
  return seen;
};

describe('a fault', () => {
  it.each<[FaultKind, number, string | null, string | RegExp]>([
    ['rate-limited', 429, null, /TOO_MANY_REQUESTS/],
    ['rate-limited-seconds', 429, '3', /TOO_MANY_REQUESTS/],
    ['rate-limited-date', 429, 'Fri, 20 Nov 2026 12:00:03 GMT', /TOO_MANY_REQUESTS/],
    ['request-timeout', 408, null, 'Request Timeout'],
    ['server-error', 500, null, 'Internal Server Error'],
    ['bad-gateway', 502, null, /^<!doctype html>/],
    ['gateway-timeout', 504, null, /TIMEOUT/],
    ['payload-too-large', 413, null, 'Payload Too Large'],
    ['limit-refused', 400, null, /limit: Maximum of 100/],
    ['unauthorized', 401, null, /INVALID_AUTH/],
    ['forbidden', 403, null, /usage:read/],
    ['not-found', 404, null, /NOT_FOUND/],
    ['gone', 410, null, 'Gone'],
    ['error-in-200', 200, null, /err_code.*request_id/],
    ['html', 200, null, /^<!doctype html>/],
  ])('%s answers %i', async (kind, status, retryAfter, body) => {
    standIn.faults.retryAfterSeconds = 3;
    standIn.faults.next(kind);

    const answer = await ask(standIn, '/v1/projects');

    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
    expect(answer.headers.get('dg-request-id')).not.toBeNull();
    expect(await answer.text()).toMatch(body);
  });

  it('reset breaks the connection before an answer', async () => {
    standIn.faults.next('reset');

    await expect(ask(standIn, '/v1/projects')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  });

  it('cut-body promises more bytes than come', async () => {
    standIn.faults.next('cut-body');

    const answer = await ask(standIn, '/v1/projects');

    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
  });

  it('broken-json is a whole answer that is half of the JSON', async () => {
    standIn.faults.next('broken-json');

    const text = await (await ask(standIn, '/v1/projects')).text();

    expect(text).toMatch(/^\{"projects":/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('redirect points to the same call on another host name', async () => {
    standIn.faults.next('redirect');

    const answer = await fetch(`${standIn.url}/v1/projects?a=b`, { redirect: 'manual' });

    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toBe(
      `http://localhost:${new URL(standIn.url).port}/v1/projects?a=b`,
    );
  });

  it('stalled-headers never answers, until the stand-in is closed', async () => {
    standIn.faults.next('stalled-headers');

    const stalled = ask(standIn, '/v1/projects').then(
      () => 'answered',
      () => 'broken',
    );
    await statuses(3);
    await standIn.close();

    expect(await stalled).toBe('broken');
    expect(standIn.calls).toHaveLength(4);
  });

  it('stalled-body stops in the middle, until the stand-in is closed', async () => {
    standIn.faults.next('stalled-body');

    const answer = await ask(standIn, '/v1/projects');
    const body = answer.text().then(
      () => 'whole',
      () => 'broken',
    );
    await statuses(3);
    await standIn.close();

    expect(await body).toBe('broken');
  });

  it('slow-drip sends the right body byte by byte', async () => {
    standIn.faults.dripMs = 1;
    standIn.faults.next('slow-drip');

    const answer = await ask(standIn, '/v1/projects');
    const pieces: number[] = [];
    for await (const piece of answer.body ?? []) pieces.push(piece.length);

    expect(answer.status).toBe(200);
    expect(pieces.length).toBeGreaterThan(5);
  });
});

describe('faults in order', () => {
  it('strike the next calls that match, then no more', async () => {
    standIn.faults.next('server-error', 2);
    standIn.faults.next('request-timeout', 1, ({ path }) => path === '/v1/models');

    expect(await statuses(4)).toEqual([500, 500, 200, 200]);
    expect((await ask(standIn, '/v1/models')).status).toBe(408);
    expect(standIn.calls.map(({ fault }) => fault)).toEqual([
      'server-error',
      'server-error',
      undefined,
      undefined,
      'request-timeout',
    ]);
  });

  it('strike a share of the calls, the same ones for the same seed', async () => {
    standIn.faults.rate(0.3, 5, ['server-error', 'request-timeout']);
    const first = await statuses(60);
    standIn.faults.rate(0.3, 5, ['server-error', 'request-timeout']);
    const second = await statuses(60);
    standIn.faults.clear();

    expect(second).toEqual(first);
    expect(first.filter((status) => status !== 200).length).toBeGreaterThan(5);
    expect(first.filter((status) => status !== 200).length).toBeLessThan(35);
    expect(new Set(first)).toEqual(new Set([200, 408, 500]));
    expect(await statuses(10)).toEqual(Array(10).fill(200));
  });
});
