import { describe, expect, it } from 'vitest';
import { json, serve } from './loopback-server.js';
import { START, testClient } from './test-client.js';

const HOUR = 3_600_000;
const httpDate = (ms: number) => new Date(ms).toUTCString();

describe('the wait that a server asks for', () => {
  it.each([
    ['Retry-After in seconds', 429, { 'retry-after': '12' }, 12_000],
    ['Retry-After in parts of a second', 429, { 'retry-after': '1.5' }, 1_500],
    ['Retry-After as a date', 503, { 'retry-after': httpDate(START + 7_000) }, 7_000],
    ['X-RateLimit-Reset in seconds', 429, { 'x-ratelimit-reset': '9' }, 9_000],
    ['X-RateLimit-Reset as a moment', 429, { 'x-ratelimit-reset': String(START / 1_000 + 4) }, 4_000],
    ['Retry-After before X-RateLimit-Reset', 429, { 'retry-after': '3', 'x-ratelimit-reset': '9' }, 3_000],
    ['Retry-After of one request alone', 500, { 'retry-after': '5' }, 5_000],
    ['a wait longer than it may be', 429, { 'retry-after': '200' }, 120_000],
  ])('is kept: %s', async (_name, status, headers, ms) => {
    const server = await serve((_request, response, count) => {
      response.sendDate = false;
      if (count === 1) json(response, status, {}, headers);
      else json(response, 200, 'done');
    });
    const { get, clock } = testClient();

    const result = await get(server.url);

    expect(result).toBe('done');
    expect(clock.slept).toEqual([ms]);
  });

  it.each([
    ['there is none', 429, {}],
    ['it is over', 429, { 'retry-after': httpDate(START - 7_000) }],
    ['it is zero', 429, { 'retry-after': '0' }],
    ['it is no time', 429, { 'retry-after': 'soon' }],
    ['it only tells the next period', 503, { 'x-ratelimit-reset': '9' }],
  ])('gives way to our own where %s', async (_name, status, headers) => {
    const server = await serve((_request, response, count) => {
      response.sendDate = false;
      if (count === 1) json(response, status, {}, headers);
      else json(response, 200, 'done');
    });
    const { get, clock } = testClient();

    await get(server.url);

    expect(clock.slept).toEqual([250]);
  });

  it.each([
    ['an hour behind ours', START - HOUR],
    ['an hour ahead of ours', START + HOUR],
    ['right', START],
  ])('until a moment is counted by the clock of the server, which is %s', async (_name, date) => {
    const moments = [
      { 'retry-after': httpDate(date + 7_000) },
      { 'x-ratelimit-reset': `${date / 1_000 + 4}` },
    ];
    const server = await serve((_request, response, count) => {
      const asked = moments[count - 1];
      if (asked) json(response, 429, {}, { ...asked, date: httpDate(date) });
      else json(response, 200, 'done');
    });
    const { get, clock } = testClient();

    await get(server.url);

    expect(clock.slept).toEqual([7_000, 4_000]);
  });

  it.each([
    ['none', undefined],
    ['no date', 'yesterday'],
    ['years away from ours', httpDate(0)],
  ])('until a moment is counted by our clock where the date of the answer is %s', async (_name, date) => {
    const server = await serve((_request, response, count) => {
      response.sendDate = false;
      const headers = { 'retry-after': httpDate(START + 7_000), ...(date === undefined ? {} : { date }) };
      if (count === 1) json(response, 503, {}, headers);
      else json(response, 200, 'done');
    });
    const { get, clock } = testClient();

    await get(server.url);

    expect(clock.slept).toEqual([7_000]);
  });
});
