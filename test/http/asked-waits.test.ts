import { describe, expect, it } from 'vitest';
import { json, serve } from './loopback-server.js';
import { START, testClient } from './test-client.js';

describe('the wait that a server asks for', () => {
  it.each([
    ['Retry-After in seconds', 429, { 'retry-after': '12' }, 12_000],
    ['Retry-After in parts of a second', 429, { 'retry-after': '1.5' }, 1_500],
    ['Retry-After as a date', 503, { 'retry-after': new Date(START + 7_000).toUTCString() }, 7_000],
    ['X-RateLimit-Reset in seconds', 429, { 'x-ratelimit-reset': '9' }, 9_000],
    ['X-RateLimit-Reset as a moment', 429, { 'x-ratelimit-reset': String(START / 1_000 + 4) }, 4_000],
    ['Retry-After before X-RateLimit-Reset', 429, { 'retry-after': '3', 'x-ratelimit-reset': '9' }, 3_000],
    ['Retry-After of one request alone', 500, { 'retry-after': '5' }, 5_000],
    ['a wait longer than it may be', 429, { 'retry-after': '200' }, 120_000],
  ])('is kept: %s', async (_name, status, headers, ms) => {
    const server = await serve((_request, response, count) =>
      count === 1 ? json(response, status, {}, headers) : json(response, 200, 'done'),
    );
    const { get, clock } = testClient();

    const result = await get(server.url);

    expect(result).toBe('done');
    expect(clock.slept).toEqual([ms]);
  });

  it.each([
    ['there is none', 429, {}],
    ['it is over', 429, { 'retry-after': new Date(START - 7_000).toUTCString() }],
    ['it is zero', 429, { 'retry-after': '0' }],
    ['it is no time', 429, { 'retry-after': 'soon' }],
    ['it only tells the next period', 503, { 'x-ratelimit-reset': '9' }],
  ])('gives way to our own where %s', async (_name, status, headers) => {
    const server = await serve((_request, response, count) =>
      count === 1 ? json(response, status, {}, headers) : json(response, 200, 'done'),
    );
    const { get, clock } = testClient();

    await get(server.url);

    expect(clock.slept).toEqual([250]);
  });
});
