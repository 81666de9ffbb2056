import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { json, serve, statuses } from './loopback-server.js';
import { failureOf, testClient } from './test-client.js';

describe('a failed try', () => {
  it.each([408, 500, 502, 503, 504, 429])('is repeated after a %i', async (status) => {
    const server = await serve(statuses(status, status));
    const { get, client } = testClient();

    const result = await get(server.url);

    expect(result).toEqual({ count: 3 });
    expect(client.stats).toMatchObject({ calls: 3, retries: 2 });
  });

  it.each([
    [400, 'permanent'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'permanent'],
    [413, 'permanent'],
  ])('is not repeated after a %i, which is %s', async (status, kind) => {
    const server = await serve(statuses(status));
    const { get, clock } = testClient();

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_STATUS', kind, status });
    expect(server.requests).toHaveLength(1);
    expect(clock.slept).toEqual([]);
  });

  it('is repeated after a broken connection', async () => {
    const server = await serve((request, response, count) => {
      if (count === 1) request.socket.resetAndDestroy();
      else json(response, 200, { count });
    });
    const { get, logged } = testClient();

    const result = await get(server.url);

    expect(result).toEqual({ count: 2 });
    expect(logged).toEqual([
      expect.stringMatching(
        /^info 127\.0\.0\.1:\d+ broke the connection \(.+\); try 2 of 6 in 250 ms: read things$/,
      ),
    ]);
  });

  it('names the code where nobody listens', async () => {
    const port = await freePort();
    const { get } = testClient({ retries: { attempts: 2 } });

    const failure = await failureOf(get(`http://127.0.0.1:${port}/v1/projects?secret=1`));

    expect(failure).toMatchObject({ code: 'HTTP_NETWORK', kind: 'transient' });
    expect(failure.message).toBe(
      `Could not read things after 2 tries: 127.0.0.1:${port}/v1/projects could not be reached (ECONNREFUSED).`,
    );
  });

  it('is repeated with longer and longer waits, up to six tries', async () => {
    const server = await serve((_request, response) => json(response, 500, {}));
    const { get, clock, client } = testClient();

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_STATUS', kind: 'transient', status: 500 });
    expect(failure.message).toContain('after 6 tries');
    expect(clock.slept).toEqual([250, 500, 1000, 2000, 4000]);
    expect(client.stats.waitedMs).toBe(7750);
  });

  it('waits between nothing and the longest delay', async () => {
    const server = await serve((_request, response) => json(response, 500, {}));
    const { get, clock } = testClient({ random: () => 0.999, retries: { maxDelayMs: 1_000, attempts: 5 } });

    await failureOf(get(server.url));

    expect(clock.slept).toEqual([500, 999, 999, 999]);
  });

  it('sends the body and the headers again', async () => {
    const bodies: string[] = [];
    const server = await serve(async (request, response, count) => {
      bodies.push(`${request.method} ${request.headers['x-a']} ${(await request.toArray()).join('')}`);
      json(response, count === 1 ? 500 : 200, {});
    });
    const { get } = testClient();

    await get(server.url, { method: 'POST', body: Buffer.from('points'), headers: { 'X-A': 'b' } });

    expect(bodies).toEqual(['POST b points', 'POST b points']);
  });
});

describe('the deadline', () => {
  it('ends the tries when the next wait would pass it', async () => {
    const server = await serve((_request, response) => json(response, 503, {}, { 'retry-after': '100' }));
    const { get } = testClient();

    const failure = await failureOf(get(server.url));

    expect(server.requests).toHaveLength(3);
    expect(failure.message).toMatch(
      /after 3 tries: .* answered 503 Service Unavailable; it asks to wait 1 min 40 s, and only 1 min 40 s are left\.$/,
    );
  });

  it('fails at once when a server asks for more time than is left', async () => {
    const server = await serve((_request, response) => json(response, 429, {}, { 'retry-after': '3600' }));
    const { get } = testClient();

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_STATUS', kind: 'rate-limited', status: 429 });
    expect(failure.message).toContain('it asks to wait 60 min 0 s, and only 5 min 0 s are left');
    expect(server.requests).toHaveLength(1);
  });

  it('ends a try that is under way', async () => {
    const server = await serve((_request, response, count) => {
      if (count === 1) json(response, 500, {});
    });
    const { get } = testClient({ limits: { deadlineMs: 300 }, retries: { firstDelayMs: 10 } });

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_TIMEOUT', kind: 'transient' });
    expect(failure.message).toMatch(
      /after 2 tries: .* was not done within 300 ms; before that it answered 500 Internal Server Error\.$/,
    );
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it.each([502, 504])('gives up sooner after a %i where its caller can ask for less', async (status) => {
  const server = await serve((_request, response) => json(response, status, {}));
  const { get, logged } = testClient();

  const failure = await failureOf(get(server.url, { slowAttempts: 2 }));

  expect(failure).toMatchObject({ code: 'HTTP_STATUS', status });
  expect(server.requests).toHaveLength(2);
  expect(logged.join()).toContain('try 2 of 2');
});

it('tries as often as ever after other failures, also where its caller can ask for less', async () => {
  const server = await serve((_request, response) => json(response, 500, {}));
  const { get } = testClient();

  await failureOf(get(server.url, { slowAttempts: 2 }));

  expect(server.requests).toHaveLength(6);
});
