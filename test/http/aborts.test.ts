import { expect, it } from 'vitest';
import { ExportError } from '../../src/errors/export-error.js';
import { systemClock } from '../../src/time/clock.js';
import { json, serve } from './loopback-server.js';
import { failureOf, testClient, until } from './test-client.js';

const LONG = { 'retry-after': '60' };

it('ends a request before its answer', async () => {
  const abort = new AbortController();
  const server = await serve(() => abort.abort());
  const { get } = testClient();

  const failure = await failureOf(get(server.url, { signal: abort.signal }));

  expect(failure).toMatchObject({ code: 'ABORTED', kind: 'interrupted' });
  expect(server.requests).toHaveLength(1);
});

it('ends a request in the middle of its body', async () => {
  const abort = new AbortController();
  const server = await serve((_request, response) => {
    response.writeHead(200).write('[1,', () => setTimeout(() => abort.abort(), 30));
  });
  const { get } = testClient();

  const failure = await failureOf(get(server.url, { signal: abort.signal }));

  expect(failure.code).toBe('ABORTED');
});

it('ends a wait of one request', async () => {
  const abort = new AbortController();
  const server = await serve((_request, response) => {
    json(response, 500, {}, LONG);
    setTimeout(() => abort.abort(), 50);
  });
  const { get } = testClient({ clock: systemClock });

  const failure = await failureOf(get(server.url, { signal: abort.signal }));

  expect(failure.code).toBe('ABORTED');
});

it('ends the part of one request in a pause, and leaves it to the others', async () => {
  const abort = new AbortController();
  const server = await serve((_request, response) => {
    json(response, 429, {}, LONG);
    until(() => logged.some((line) => line.includes('after the pause'))).then(() => abort.abort());
  });
  const { get, client, logged } = testClient({ clock: systemClock });

  const first = failureOf(get(server.url, { signal: abort.signal }));
  const failure = await first;
  const later = failureOf(get(server.url, { signal: AbortSignal.timeout(50) }));

  expect(failure.code).toBe('ABORTED');
  expect((await later).code).toBe('ABORTED');
  expect(client.stats.calls).toBe(1);
});

it('ends the standing in the queue, and gives the place to the next', async () => {
  const abort = new AbortController();
  let answerFirst = () => {};
  const server = await serve((_request, response, count) => {
    const answer = () => json(response, 200, 'done');
    if (count === 1) answerFirst = answer;
    else answer();
  });
  const { get } = testClient({ maxConcurrency: 1 });

  const first = get(server.url);
  const second = failureOf(get(server.url, { signal: abort.signal }));
  const third = get(server.url);
  await until(() => server.requests.length === 1);
  abort.abort();
  const failure = await second;
  answerFirst();
  const results = await Promise.all([first, third]);

  expect(failure.code).toBe('ABORTED');
  expect(results).toEqual(['done', 'done']);
  expect(server.requests).toHaveLength(2);
});

it('sends nothing with a signal that is aborted already, and gives its reason', async () => {
  const server = await serve((_request, response) => json(response, 200, {}));
  const reason = new ExportError('SINK_DEADLINE', 'Too late.', { kind: 'transient' });
  const { get } = testClient();

  const failure = await failureOf(get(server.url, { signal: AbortSignal.abort(reason) }));

  expect(failure).toBe(reason);
  expect(server.requests).toHaveLength(0);
});

it('listens to one signal for many requests without a warning, and lets go of it', async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => void warnings.push(warning.name);
  process.on('warning', note);
  const abort = new AbortController();
  const server = await serve((_request, response) => json(response, 200, {}));
  const { get } = testClient();

  await Promise.all(Array.from({ length: 50 }, () => get(server.url, { signal: abort.signal })));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);

  expect(warnings).toEqual([]);
});
