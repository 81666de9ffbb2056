import { expect, it } from 'vitest';
import { json, serve } from './loopback-server.js';
import { failureOf, testClient } from './test-client.js';

it('gives up on a server that does not answer, and tries again', async () => {
  const server = await serve((_request, response, count) => {
    if (count > 1) json(response, 200, 'done');
  });
  const { get, logged } = testClient({ limits: { headersMs: 100 } });

  const result = await get(server.url);

  expect(result).toBe('done');
  expect(logged.join()).toContain('did not answer within 100 ms; try 2 of 6');
});

it('gives up on a body that stalls', async () => {
  const server = await serve((_request, response) => {
    response.writeHead(200).write('[1,');
  });
  const { get } = testClient({ limits: { bodyMs: 100 }, retries: { attempts: 2 } });

  const failure = await failureOf(get(server.url));

  expect(failure).toMatchObject({ code: 'HTTP_TIMEOUT', kind: 'transient' });
  expect(failure.message).toMatch(/after 2 tries: .* stopped in the middle of its answer for 100 ms\.$/);
});

it('gives up on a body that drips without an end', async () => {
  const server = await serve((_request, response) => {
    const dripping = setInterval(() => response.write('1'), 20);
    response.once('close', () => clearInterval(dripping));
  });
  const { get } = testClient({ limits: { totalMs: 200 }, retries: { attempts: 2 } });

  const failure = await failureOf(get(server.url));

  expect(failure).toMatchObject({ code: 'HTTP_TIMEOUT', kind: 'transient' });
  expect(failure.message).toContain('did not finish its answer within 200 ms');
  expect(server.requests).toHaveLength(2);
});

it('counts a refusal whose explanation stalls by its status', async () => {
  const server = await serve((_request, response) => {
    response.writeHead(403).write('{"err_msg":');
  });
  const { get } = testClient({ limits: { bodyMs: 100 } });

  const failure = await failureOf(get(server.url));

  expect(failure).toMatchObject({ code: 'HTTP_STATUS', status: 403 });
  expect(server.requests).toHaveLength(1);
});
