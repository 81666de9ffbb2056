import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/secrets/secret.js';
import { json, serve } from './loopback-server.js';
import { failureOf, parseJson, testClient } from './test-client.js';

const KEY = 'k-0123456789abcdef';

describe('a refusal', () => {
  it('is told in the words of the vendor, with its id and what to do', async () => {
    const server = await serve((_request, response) =>
      json(response, 403, { m: 'Missing scope\u0007 usage:read.\n' }),
    );
    const { get } = testClient({
      explain: (answer) => ({
        message: (parseJson(answer) as { m: string }).m, // what this test's server sends
        hint: 'Give the key the scope usage:read.',
        requestId: 'r-1',
      }),
    });

    const failure = await failureOf(get(`${server.url}/v1/projects?tag=private`));

    expect(failure.message).toBe(
      `Could not read things: ${server.host}/v1/projects answered 403 Forbidden: Missing scope usage:read (request id r-1).`,
    );
    expect(failure).toMatchObject({
      hint: 'Give the key the scope usage:read.',
      requestId: 'r-1',
      kind: 'auth',
    });
  });

  it('is cut to 300 characters', async () => {
    const server = await serve((_request, response) => json(response, 400, {}));
    const { get } = testClient({ explain: () => ({ message: 'long '.repeat(1_000) }) });

    const failure = await failureOf(get(server.url));

    expect(failure.message.replace(/^.*Bad Request: /, '')).toHaveLength(301); // and the full stop
  });

  it('is told without words where they cannot be read', async () => {
    const server = await serve((_request, response) => response.writeHead(404).end('nothing here'));
    const { get } = testClient({
      explain: (answer) => ({ message: String(parseJson(answer)) }),
    });

    const failure = await failureOf(get(server.url));

    expect(failure.message).toBe(`Could not read things: ${server.host} answered 404 Not Found.`);
  });

  it('by a web page is named as one', async () => {
    const server = await serve((_request, response) =>
      response
        .writeHead(502, { 'content-type': 'text/html; charset=utf-8' })
        .end('<center>Bad Gateway</center>'),
    );
    const { get } = testClient({ retries: { attempts: 1 }, explain: () => ({ message: 'never asked' }) });

    const failure = await failureOf(get(server.url));

    expect(failure.message).toBe(
      `Could not read things: ${server.host} answered 502 Bad Gateway with an HTML page, so probably a proxy, not the API.`,
    );
    expect(failure.hint).toContain('proxy');
  });
});

describe('a secret', () => {
  it('is sent, and is in no error and no log, even where the vendor repeats it', async () => {
    const sent: unknown[] = [];
    const server = await serve((request, response) => {
      sent.push(request.headers.authorization);
      json(response, sent.length === 1 ? 500 : 401, { m: `Token ${KEY} (${KEY}) is unknown` });
    });
    const { get, logged } = testClient({
      explain: (answer) => ({
        message: (parseJson(answer) as { m: string }).m, // what this test's server sends
        hint: `Look at ${KEY}.`,
      }),
    });

    const headers = { authorization: new Secret(`Token ${KEY}`) };
    const failure = await failureOf(get(`${server.url}?key=${KEY}`, { headers }));

    expect(sent).toEqual([`Token ${KEY}`, `Token ${KEY}`]);
    expect(inspect(failure, { depth: 9 })).not.toContain(KEY);
    expect(failure.message).toContain('[REDACTED] ([REDACTED]) is unknown');
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toContain(KEY);
  });

  it('with a line break is refused before it is sent, by the name of its header', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const { get } = testClient();

    const failure = await failureOf(get(server.url, { headers: { authorization: new Secret(`${KEY}\n`) } }));

    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', kind: 'config' });
    expect(failure.message).toContain('"authorization"');
    expect(inspect(failure)).not.toContain(KEY);
    expect(server.requests).toHaveLength(0);
  });
});

describe('a URL', () => {
  it.each([
    'http://api.example.com/v1',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1',
    'ftp://localhost/',
    'no url',
  ])('is refused where a key would travel unencrypted: %s', async (url) => {
    const { get, client } = testClient();

    const failure = await failureOf(get(url));

    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', kind: 'config' });
    expect(client.stats.calls).toBe(0);
  });

  it('may be plain http to this machine', async () => {
    const server = await serve((_request, response) => json(response, 200, 'done'));
    const { get } = testClient();

    const result = await get(server.url.replace('127.0.0.1', 'localhost'));

    expect(result).toBe('done');
  });
});
