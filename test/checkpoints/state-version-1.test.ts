import { cp, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startIntake } from '../../connectors/stand-ins/datadog/intake.js';
import { type Day, daysThrough } from '../../src/time/day.js';
import { NOW, Terminal } from '../cli/terminal.js';
import { ARCHIVE, jobText, KEY, TABLEAU } from '../cli/world.js';
import { serve } from '../http/loopback-server.js';

/**
 * What the first version left behind on 2026-11-20 at 12:00, with 16 requests of eight days delivered: its state, and
 * the journal of its logs.
 */
const LEFT_BEHIND = new URL('fixtures/version-1', import.meta.url).pathname;
const LOGS = 'logs: { type: datadog-logs, api_key: ${DD_API_KEY}, api_url: ${DD_URL}, late: send }';
const SYNC = ['sync', '-c', 'job.yaml', '--stream', 'requests'];

/** Its account, whose requests are the same for ever: two a day. */
async function world() {
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const read: Day[] = [];
  const { url } = await serve((request, response) => answer(request, response, clock.nowMs, read));
  const datadog = await startIntake({ apiKey: 'datadog-key-1', clock });
  onTestFinished(() => datadog.close());
  const env = { DEEPGRAM_API_KEY: KEY, DD_API_KEY: 'datadog-key-1', DD_URL: datadog.url };
  const terminal = await Terminal.open({ env, clock });
  await terminal.write(
    'job.yaml',
    jobText(url, [ARCHIVE, TABLEAU, LOGS]).replace('{ since: 1d }', '{ since: 7d, lookback: 3d }'),
  );
  await terminal.run(...SYNC, '--no-state', '--sink', 'archive', '--sink', 'tableau');
  await cp(LEFT_BEHIND, join(terminal.cwd, '.deepgram-export'), { recursive: true });
  const path = '.deepgram-export/state.json';
  const state = await readFile(join(terminal.cwd, path), 'utf8');
  await terminal.write(path, state.replace('http://127.0.0.1:9', datadog.url));
  const syncAt = async (now: string) => {
    clock.nowMs = Date.parse(now);
    read.length = 0;
    const sync = terminal.again();
    expect(await sync.run(...SYNC)).toBe(0);
    return { read: read.toSorted(), said: sync.stdout + sync.stderr };
  };
  const logged = () => datadog.logs.map(({ log }) => (log.http as { request_id: string }).request_id);
  const keptState = async () => JSON.parse(await readFile(join(terminal.cwd, path), 'utf8'));
  return { syncAt, logged, keptState };
}

it('goes on where it was: only the lookback is read, and no log is sent twice', async () => {
  const { syncAt, logged } = await world();

  const { read, said } = await syncAt('2026-11-20T13:00:00Z');

  expect(read).toEqual(daysThrough('2026-11-17', '2026-11-20'));
  expect(said).toMatch(/^archive +ndjson +8 +0 +0 +ok$/m);
  expect(said).toMatch(/^logs +datadog-logs +0 +8 +0 +ok$/m);
  expect(logged()).toEqual([]);
});

it('is of this version from then on, under the source of the job, and goes on from there', async () => {
  const { syncAt, logged, keptState } = await world();
  await syncAt('2026-11-20T13:00:00Z');

  const { read } = await syncAt('2026-11-21T12:00:00Z');

  const closed = { closed: [['2026-11-13', '2026-11-17']], lost: [] };
  expect(read).toEqual(daysThrough('2026-11-17', '2026-11-21'));
  expect(logged()).toEqual(['r-2026-11-21T01', 'r-2026-11-21T11']);
  expect(await keptState()).toMatchObject({
    version: 4,
    sinks: { archive: { destination: 'ndjson out/ndjson ../out/ndjson' } },
    sources: { deepgram: { requests: { 'p-1': { archive: closed, tableau: closed, logs: closed } } } },
  });
});

function answer(request: IncomingMessage, response: ServerResponse, nowMs: number, read: Day[]): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const body = {
    '/v1/projects': () => ({ projects: [{ project_id: 'p-1', name: 'Support line' }] }),
    '/v1/projects/p-1/requests': () => {
      const [start, end] = ['start', 'end'].map((name) => Date.parse(searchParams.get(name) ?? ''));
      const day = new Date((start ?? 0) + 1_000).toISOString().slice(0, 10); // asked for a second earlier
      if (searchParams.get('page') !== '0') return { page: 1, limit: 1_000, requests: [] };
      read.push(day);
      const made = [`${day}T11:00:00.000000Z`, `${day}T01:00:00.000000Z`];
      const there = made.filter((moment) => Date.parse(moment) <= Math.min(nowMs, end ?? 0));
      return { page: 0, limit: 1_000, requests: there.map(requestOf) };
    },
  }[pathname];
  response.writeHead(body ? 200 : 403, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body?.() ?? { err_code: 'FORBIDDEN', err_msg: 'no such scope' }));
}

function requestOf(created: string): object {
  const details = { usd: 0.5, duration: 60, models: [], method: 'sync', tags: [], features: [] };
  return {
    request_id: `r-${created.slice(0, 13)}`,
    project_uuid: 'p-1',
    created,
    path: '/v1/listen?model=nova-3',
    api_key_id: 'k-1',
    response: { details, code: 200, completed: created },
    callback: null,
  };
}
