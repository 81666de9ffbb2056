import { expect, it } from 'vitest';
import { json, serve } from './loopback-server.js';
import { failureOf, testClient } from './test-client.js';

it('follows a redirect within the same origin, with the headers', async () => {
  const server = await serve((request, response, count) => {
    if (count <= 3) response.writeHead(307, { location: `/step/${count}` }).end();
    else json(response, 200, [request.url, request.headers.authorization]);
  });
  const { get } = testClient();

  const result = await get(`${server.url}/v1`, { headers: { authorization: 'Token t' } });

  expect(result).toEqual(['/step/3', 'Token t']);
});

it('follows three redirects and no more', async () => {
  const server = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
  const { get } = testClient();

  const failure = await failureOf(get(server.url));

  expect(failure).toMatchObject({ code: 'HTTP_REDIRECT', kind: 'permanent', status: 302 });
  expect(server.requests).toHaveLength(4);
});

it('never goes to another host with the key', async () => {
  const other = await serve((_request, response) => json(response, 200, {}));
  const server = await serve((_request, response) =>
    response.writeHead(301, { location: `${other.url}/v1?token=1` }).end(),
  );
  const { get } = testClient();

  const failure = await failureOf(get(server.url));

  expect(failure).toMatchObject({ code: 'HTTP_REDIRECT', kind: 'permanent' });
  expect(failure.message).toBe(`Could not read things: ${server.host} redirected to http://${other.host}.`);
  expect(failure.hint).toContain('configured URL');
  expect(other.requests).toHaveLength(0);
});

it('repeats a POST only where the redirect keeps it one', async () => {
  const seen: string[] = [];
  const server = await serve((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (request.url === '/moved') response.writeHead(302, { location: '/new' }).end();
    else if (request.url === '/kept') response.writeHead(308, { location: '/new' }).end();
    else json(response, 200, 'done');
  });
  const { get } = testClient();

  const kept = await get(`${server.url}/kept`, { method: 'POST', body: Buffer.from('b') });
  const failure = await failureOf(get(`${server.url}/moved`, { method: 'POST', body: Buffer.from('b') }));

  expect(kept).toBe('done');
  expect(failure.code).toBe('HTTP_REDIRECT');
  expect(seen).toEqual(['POST /kept', 'POST /new', 'POST /moved']);
});

it('refuses a redirect to what is no URL', async () => {
  const server = await serve((_request, response) => response.writeHead(302, { location: 'http://[' }).end());
  const { get } = testClient();

  const failure = await failureOf(get(server.url));

  expect(failure.code).toBe('HTTP_REDIRECT');
});
