import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ExportError } from '../../src/errors/export-error.js';
import type { HttpAnswer } from '../../src/http/http-client.js';
import { json, serve } from './loopback-server.js';
import { failureOf, testClient } from './test-client.js';

const DONE = JSON.stringify({ done: 'déjà' });

describe('an encoded body', () => {
  it('is asked for', async () => {
    const server = await serve((request, response) => json(response, 200, request.headers));
    const { get } = testClient();

    const headers = await get(server.url);

    expect(headers).toMatchObject({ 'accept-encoding': 'gzip', 'user-agent': 'test/1' });
  });

  it.each([
    ['gzip', gzipSync(DONE)],
    ['GZIP', gzipSync(DONE)],
    ['deflate', deflateSync(DONE)],
    ['deflate', deflateRawSync(DONE)],
    ['identity', Buffer.from(DONE)],
  ])('is decoded: %s', async (encoding, body) => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    const { get, client } = testClient();

    const result = await get(server.url);

    expect(result).toEqual({ done: 'déjà' });
    expect(client.stats.receivedBytes).toBe(Buffer.byteLength(DONE));
  });

  it.each([
    ['cut off', gzipSync(DONE).subarray(0, 20)],
    ['broken', Buffer.from('no gzip at all')],
  ])('is asked for again when it is %s', async (_name, body) => {
    const server = await serve((_request, response, count) => {
      if (count === 1) response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
      else json(response, 200, 'done');
    });
    const { get, logged } = testClient();

    const result = await get(server.url);

    expect(result).toBe('done');
    expect(logged.join()).toContain('sent an answer whose gzip encoding is broken or cut off');
  });

  it('is refused in an encoding that was not asked for', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).end('?'),
    );
    const { get } = testClient();

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_BODY', kind: 'permanent' });
  });

  it('is refused when it unfolds to more than allowed', async () => {
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    const { get } = testClient({ limits: { maxBodyBytes: 1024 * 1024 } });

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_TOO_LARGE', kind: 'permanent' });
    expect(failure.message).toContain('sent an answer larger than 1 MiB');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a body', () => {
  it('is refused when it is larger than allowed', async () => {
    const server = await serve((_request, response) => response.end(Buffer.alloc(300_000, '1')));
    const { get } = testClient({ limits: { maxBodyBytes: 200_000 } });

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_TOO_LARGE', kind: 'permanent' });
    expect(server.requests).toHaveLength(1);
  });

  it('is refused when it is larger than its caller has use for, encoded or not', async () => {
    const body = Buffer.alloc(300_000, '1');
    const server = await serve((_request, response, count) => {
      if (count === 1) response.end(body);
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
    });
    const { get } = testClient();

    for (let call = 1; call <= 2; call += 1) {
      const failure = await failureOf(get(server.url, { maxBodyBytes: 200_000 }));

      expect(failure).toMatchObject({ code: 'HTTP_TOO_LARGE', kind: 'permanent' });
    }
    expect(server.requests).toHaveLength(2);
  });

  it('that is a part of what was asked for is asked for again', async () => {
    const server = await serve((_request, response, count) => json(response, count === 1 ? 206 : 200, count));
    const { get, logged } = testClient();

    const result = await get(server.url);

    expect(result).toBe(2);
    expect(logged.join()).toContain('answered 206 Partial Content: a part of what was asked for');
  });

  it('is asked for again when it is cut off', async () => {
    const server = await serve((_request, response, count) => {
      if (count > 1) return json(response, 200, 'done');
      response.writeHead(200, { 'content-length': '1000' }).write('{"half":');
      setTimeout(() => response.destroy(), 20);
    });
    const { get, logged } = testClient();

    const result = await get(server.url);

    expect(result).toBe('done');
    expect(logged).toEqual([
      expect.stringMatching(/sent an answer that was cut off \(UND_ERR_SOCKET\); try 2 of 6/),
    ]);
  });

  it('is asked for again when a chunked one is cut off', async () => {
    const server = await serve((_request, response, count) => {
      if (count > 1) return json(response, 200, 'done');
      response.writeHead(200).write('"complete"');
      setTimeout(() => response.destroy(), 20);
    });
    const { get } = testClient();

    const result = await get(server.url);

    expect(result).toBe('done');
  });

  it('that stays cut off is a broken body', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"half":');
      setTimeout(() => response.destroy(), 20);
    });
    const { get } = testClient({ retries: { attempts: 2 } });

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_BODY', kind: 'transient' });
  });

  it('that is no JSON is asked for again, and never quoted', async () => {
    const server = await serve((_request, response) => response.end('customer names'));
    const { get } = testClient({ retries: { attempts: 2 } });

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_BODY', kind: 'transient', status: 200 });
    expect(failure.message).toContain('answered 200 with a body that is not valid JSON');
    expect(`${failure.stack} ${failure.cause}`).not.toContain('customer');
    expect(server.requests).toHaveLength(2);
  });

  it('that is a web page with status 200 is named as one', async () => {
    const server = await serve((_request, response) =>
      response.end('\n<!DOCTYPE html><p>Log in to the Wi-Fi'),
    );
    const { get } = testClient({ retries: { attempts: 1 } });

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_BODY', kind: 'transient' });
    expect(failure.message).toContain('answered 200 with an HTML page, so probably a proxy, not the API');
    expect(failure.hint).toContain('HTTPS_PROXY');
  });

  it('that its reader refuses is asked for again, and the reader explains', async () => {
    const server = await serve((_request, response) => json(response, 200, { page: 0 }));
    const refusal = new ExportError('SOURCE_ANSWER', 'The page has no\nrequests.', { kind: 'permanent' });
    const parse = () => {
      throw refusal;
    };
    const { get } = testClient({ retries: { attempts: 2 } });

    const failure = await failureOf(get(server.url, { parse }));

    expect(failure).toMatchObject({ code: 'HTTP_BODY', cause: refusal });
    expect(failure.message).toContain('a body that cannot be used: The page has no requests.');
    expect(server.requests).toHaveLength(2);
  });
});

it.each([
  ['plain', {}, Buffer.alloc(3 * 1024 * 1024, '[],')],
  ['compressed', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(3 * 1024 * 1024, '[],'))],
])(
  'a refusal counts by its status alone where its body is no explanation: %s',
  async (_how, headers, body) => {
    const server = await serve((_request, response) => response.writeHead(403, headers).end(body));
    const explained: number[] = [];
    const explain = ({ body: shown }: HttpAnswer) => {
      explained.push(shown.length);
      return {};
    };
    const { get } = testClient({ explain });

    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'HTTP_STATUS', status: 403 });
    expect(explained).toEqual([0]);
  },
);
