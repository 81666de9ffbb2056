import { afterEach, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../../connectors/stand-ins/deepgram/stand-in-options.js';
import { openSource, readAccount, requestsFrom } from '../read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const TODAY = { since: '2026-11-20', until: '2026-11-20', now: NOW };
const PROJECTS = [
  { id: 'p-2', name: 'Sales, "EMEA"' },
  { id: 'p-1', name: 'Support' },
];

let account: StandIn | undefined;
afterEach(() => account?.close());

async function open(options: StandInOptions = {}): Promise<StandIn> {
  account = await startStandIn({ now: NOW, projects: PROJECTS, requestsPerDay: 20, ...options });
  return account;
}

it('reads projects, keys, models, balances and purchases as snapshots of each project', async () => {
  const { url } = await open();

  const { sink } = await readAccount({
    ...TODAY,
    url,
    streams: { projects: {}, api_keys: { include_emails: false }, models: {}, balances: {}, purchases: {} },
  });

  expect(sink.rows('projects')).toEqual([
    { project_id: 'p-1', name: 'Support', mip_opt_out: expect.any(Boolean) },
    { project_id: 'p-2', name: 'Sales, "EMEA"', mip_opt_out: expect.any(Boolean) },
  ]);
  expect(Object.keys(sink.rows('api_keys')[0] ?? {})).toEqual([
    'project_id',
    'api_key_id',
    'name',
    'scopes',
    'created_at',
    'member_id',
    'last_seen',
  ]);
  expect(sink.rows('models').map((row) => row.kind)).toEqual(expect.arrayContaining(['stt', 'tts']));
  expect(sink.rows('balances')[0]).toMatchObject({
    date: '2026-11-20',
    observed_at: '2026-11-20T12:00:00.000000Z',
    amount: expect.any(Number),
  });
  expect(sink.rows('purchases').length).toBeGreaterThan(10);
});

it('reads e-mail addresses of members only when asked for', async () => {
  const { url } = await open();

  const without = await readAccount({ ...TODAY, url, streams: { api_keys: { include_emails: false } } });
  const asked = await readAccount({ ...TODAY, url, streams: { api_keys: { include_emails: true } } });

  expect(JSON.stringify(without.sink.rows('api_keys'))).not.toContain('@');
  expect(asked.sink.rows('api_keys').every((row) => String(row.member_email).includes('@'))).toBe(true);
});

it('has no balance for a window that does not reach today: Deepgram only knows the present', async () => {
  const { url } = await open();

  const { sink } = await readAccount({
    url,
    streams: { balances: {} },
    since: '2026-11-17',
    until: '2026-11-18',
    now: NOW,
  });

  expect(sink.committed.size).toBe(0);
});

it.each([['p-2'], ['Sales, "EMEA"']])('reads only the project %s when told so', async (project) => {
  const { url } = await open();

  const { result } = await readAccount({ ...TODAY, url, streams: { projects: {} }, projects: [project] });

  expect(result.projects.map(({ id }) => id)).toEqual(['p-2']);
});

it('refuses a project that the key does not see, and says which it sees', async () => {
  const { url } = await open();

  const reading = readAccount({ ...TODAY, url, streams: { projects: {} }, projects: ['Suport'] });

  await expect(reading).rejects.toMatchObject({
    code: 'PROJECT_UNKNOWN',
    kind: 'config',
    message: expect.stringContaining('"Suport"'),
    hint: expect.stringContaining('Support (p-1)'),
  });
});

it('says at once that the key is refused, with Deepgram’s id of the call', async () => {
  const standIn = await open();

  const reading = readAccount({ ...TODAY, url: standIn.url, streams: { projects: {} }, apiKey: 'wrong-key' });

  await expect(reading).rejects.toMatchObject({
    kind: 'auth',
    status: 401,
    requestId: expect.stringMatching(/\w/),
    hint: expect.stringContaining('source.api_key'),
  });
  expect(standIn.calls).toHaveLength(1);
});

it('goes on without a stream that the key may not read, and names the scope', async () => {
  const standIn = await open({ scopes: ['project:read', 'usage:read'] });

  const { result, sink } = await readAccount({
    ...TODAY,
    since: '2026-09-01',
    url: standIn.url,
    streams: { usage: { group_by: [] }, billing: { group_by: [] }, balances: {} },
    projects: ['p-1'],
  });

  expect(sink.rows('usage').length).toBe(81);
  const failures = [...result.sourceFailures].sort((a, b) => (a.stream < b.stream ? -1 : 1));
  expect(failures.map(({ stream, partitions }) => [stream, partitions])).toEqual([
    ['balances', 1],
    ['billing', 81],
  ]);
  expect(failures[1]).toMatchObject({
    kind: 'auth',
    message: expect.stringContaining('403'),
    hint: expect.stringContaining('billing:read'),
  });
});

it('exports requests without key names when keys may not be read, with one warning a project', async () => {
  const standIn = await open({ scopes: ['project:read', 'usage:read', 'billing:read'] });

  const { result, sink } = await readAccount({ ...TODAY, url: standIn.url, streams: { requests: {} } });

  expect(result.sourceFailures).toEqual([]);
  expect(sink.rows('requests').length).toBeGreaterThan(0);
  expect(sink.rows('requests').every((row) => row.api_key_name === null)).toBe(true);
  expect(result.findings.warnings.filter((warning) => warning.includes('API key names'))).toHaveLength(2);
});

it('asks for the names of a project once, however many partitions need them', async () => {
  const standIn = await open();

  await readAccount({
    url: standIn.url,
    streams: {
      requests: {},
      api_keys: { include_emails: false },
      models: {},
      usage: { group_by: ['models', 'accessor'] },
    },
    since: '2026-11-16',
    until: '2026-11-20',
    now: NOW,
    projects: ['p-1'],
  });

  const calls = (end: string) => standIn.calls.filter((call) => call.path.endsWith(end)).length;
  expect([calls('/keys'), calls('/models'), calls('/usage/fields')]).toEqual([1, 1, 0]);
});

it('never has more calls open than allowed', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom('2026-11-16', 3_000), latencyMs: 5 });

  await readAccount({
    url: standIn.url,
    streams: { requests: {} },
    since: '2026-11-16',
    until: '2026-11-18',
    now: NOW,
    maxConcurrency: 3,
  });

  expect(standIn.peakInFlight).toBe(3);
});

it('check tells what the key may read', async () => {
  const { url } = await open({ scopes: ['project:read', 'usage:read'] });
  const { source, streams } = await openSource({
    ...TODAY,
    url,
    streams: { requests: {}, billing: { group_by: [] } },
  });

  const results = await source.check(streams, new AbortController().signal);
  await source.close();

  expect(results.map(({ what, ok }) => [what, ok])).toEqual([
    ['list the projects', true],
    ['ask what the key may do', true],
    ['read requests of Support', true],
    ['read billing of Support', false],
    ['read requests of Sales, "EMEA"', true],
    ['read billing of Sales, "EMEA"', false],
  ]);
  expect(results[3]?.hint).toContain('billing:read');
});

it('gets everything, once, through every fault that passes', async () => {
  const standIn = await open({ requestsPerDay: requestsFrom('2026-11-17', 3_000) });
  standIn.faults.retryAfterSeconds = 0;
  standIn.faults.rate(0.2, 7, [
    'rate-limited',
    'rate-limited-seconds',
    'server-error',
    'bad-gateway',
    'reset',
    'cut-body',
    'broken-json',
    'html',
  ]);

  const { result, sink } = await readAccount({
    url: standIn.url,
    streams: { requests: {}, usage: { group_by: ['endpoint'] } },
    since: '2026-11-17',
    until: '2026-11-18',
    now: NOW,
  });

  expect(result.sourceFailures).toEqual([]);
  expect(new Set(sink.rows('requests').map((row) => row.request_id)).size).toBe(12_000);
  expect(sink.rows('requests')).toHaveLength(12_000);
});

it.each([
  ['balances', 'balances', { balances: {} }, 'balances'],
  ['purchases', 'purchases', { purchases: {} }, 'orders'],
  ['keys', 'api_keys', { api_keys: { include_emails: false } }, 'api_keys'],
  ['models', 'models', { models: {} }, 'stt'],
])('does not take an answer for %s without a list for an empty one', async (path, stream, streams, list) => {
  const { url } = await open({ answers: { [`/v1/projects/p-1/${path}`]: {} } });

  const { result, sink } = await readAccount({ ...TODAY, url, streams, projects: ['p-1'] });

  expect(sink.committed.size).toBe(0);
  expect(result.sourceFailures).toMatchObject([
    { stream, kind: 'permanent', message: expect.stringContaining(`no list of ${list}`) },
  ]);
});

it('does not take balances for none when not one of them can be understood', async () => {
  const answer = { balances: [{ id: 'b-1', amount: 3 }] };
  const { url } = await open({ answers: { '/v1/projects/p-1/balances': answer } });

  const { result, sink } = await readAccount({ ...TODAY, url, streams: { balances: {} }, projects: ['p-1'] });

  expect(sink.committed.size).toBe(0);
  expect(result.sourceFailures).toMatchObject([{ message: expect.stringMatching(/None of the 1 records/) }]);
});

it('reads the models of a deployment that has no voices', async () => {
  const { url } = await open({ answers: { '/v1/projects/p-1/models': { stt: [{ uuid: 'm-1' }] } } });

  const { sink } = await readAccount({ ...TODAY, url, streams: { models: {} }, projects: ['p-1'] });

  expect(sink.rows('models')).toMatchObject([{ model_id: 'm-1', kind: 'stt' }]);
});

it('reads a project that is listed twice once, and tells of one without an id', async () => {
  const [, support] = PROJECTS;
  const listed = { project_id: support?.id, name: support?.name };
  const { url } = await open({
    answers: { '/v1/projects': { projects: [listed, listed, { name: 'nobody' }] } },
  });

  const { result } = await readAccount({ ...TODAY, url, streams: { projects: {} } });

  expect(result.projects).toEqual([{ id: 'p-1', name: 'Support' }]);
  expect(result.findings.rejected.get('projects')?.example).toMatch(/no project_id/);
});

it.each(['.', '..', '\uD800'])('calls nobody for a project with the id %j', async (id) => {
  const standIn = await open({ answers: { '/v1/projects': { projects: [{ project_id: id }] } } });

  const { result } = await readAccount({ ...TODAY, url: standIn.url, streams: { balances: {} } });

  expect(standIn.calls.map((call) => call.path)).toEqual(['/v1/projects']);
  expect(result.sourceFailures).toMatchObject([
    { kind: 'permanent', message: expect.stringContaining('none that a URL can hold') },
  ]);
});
