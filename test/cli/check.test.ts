import { describe, expect, it } from 'vitest';
import { allScopes } from '../../connectors/stand-ins/deepgram/account/roles.js';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, intake, jobText, KEY } from './world.js';

const BLOCKED = 'blocked: { type: ndjson, path: in-the-way }';
const NO_BILLING = allScopes.filter((scope) => scope !== 'billing:read');

interface Case {
  readonly what: string;
  readonly code: number;
  readonly sinks: readonly string[];
  readonly account?: StandInOptions;
}

const CASES: readonly Case[] = [
  { what: 'everything works', code: 0, sinks: [ARCHIVE] },
  { what: 'the key is wrong', code: 3, sinks: [ARCHIVE], account: { apiKey: 'another-key' } },
  { what: 'the key lacks a scope', code: 3, sinks: [ARCHIVE], account: { scopes: NO_BILLING } },
  { what: 'one of two sinks does not work', code: 4, sinks: [ARCHIVE, BLOCKED] },
  { what: 'no sink works', code: 5, sinks: [BLOCKED] },
  {
    what: 'only a sink does not work that is not required',
    code: 0,
    sinks: [ARCHIVE, BLOCKED.replace(' }', ', required: false }')],
  },
];

describe('check ends with', () => {
  it.each(CASES)('exit $code when $what', async (given) => {
    const { url } = await account(given.account);
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(url, given.sinks));
    await terminal.write('in-the-way', '');

    const code = await terminal.run('check', '-c', 'job.yaml');

    expect(code).toBe(given.code);
  });
});

it('says what works, and leaves no file', async () => {
  const { url } = await account();
  const { url: datadog } = await intake('dd-api-key');
  const sink = `datadog: { type: datadog-metrics, api_key: dd-api-key, api_url: "${datadog}" }`;
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, sink]));

  const code = await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances');

  expect(code).toBe(0);
  expect(terminal.stdout.split('\n')).toEqual([
    'deepgram',
    '  ok  list the projects: 1: Support line',
    '  ok  ask what the key may do: scopes of the key: project:read, usage:read, billing:read, keys:read, members:read',
    '  ok  read balances of Support line: allowed by billing:read',
    'archive (ndjson)',
    '  ok  write to out/ndjson: a test file was written and removed',
    'datadog (datadog-metrics)',
    `  ok  validate the API key at datadoghq.com: the key is valid (${datadog})`,
    '  ok  custom metrics: at most 0 in a day over 1 project, beside those of balances and of the export itself',
    '  ok  history: points older than 1 hour are not sent, because Datadog would answer 202 and drop them. ' +
      'To have them, switch on Metrics → Historical Metrics Ingestion for the prefix `deepgram.` in Datadog, ' +
      'then set `historical: true` for this sink.',
    '',
    'Everything works: sync can read 1 stream for 2 sinks.',
    '',
  ]);
  expect(Object.keys(await terminal.files())).toEqual(['job.yaml']);
});

it('names a scope that the key lacks, and whose keys have it', async () => {
  const { url } = await account({ scopes: NO_BILLING });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances', 'usage');

  expect(terminal.stdout).toContain('  no  read balances of Support line: ');
  expect(terminal.stdout).toContain('The scope billing:read comes with a key of an Admin or an Owner');
  expect(terminal.stdout).toContain('  ok  read usage of Support line: ');
});

it.each([
  { scopes: ['usage:read', 'project:read'] },
  { scope: 'usage:read project:read' },
  { api_key: { api_key_id: 'k-1', scopes: ['usage:read', 'project:read', 'no\nscope'] } },
])('shows the scopes of the key once, in the form %j', async (answer) => {
  const { url } = await account({ answers: { '/v1/auth/token': answer } });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  const code = await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances', 'usage');

  expect(code).toBe(0);
  expect(terminal.stdout.match(/scopes of the key.*/g)).toEqual([
    'scopes of the key: usage:read, project:read',
  ]);
});

it.each([
  ['is not there', { errors: { '/v1/auth/token': { status: 404, body: 'Not Found' } } }],
  ['is refused', { errors: { '/v1/auth/token': { status: 403, body: 'Forbidden' } } }],
  ['says nothing of scopes', { answers: { '/v1/auth/token': { scopes: [{}, '!'], ok: true } } }],
  ['is no object', { answers: { '/v1/auth/token': ['usage:read'] } }],
])('goes on where the answer about the key %s', async (_, options: StandInOptions) => {
  const { url } = await account(options);
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  const code = await terminal.run('check', '-c', 'job.yaml', '--stream', 'usage');

  expect(code).toBe(0);
  expect(terminal.stdout).toContain('  ok  read usage of Support line: allowed by usage:read');
  expect(terminal.stdout).not.toContain('what the key may do');
});

it('says once what to do about what is lacking in many projects', async () => {
  const projects = ['Sales', 'Support', 'Claims'].map((name) => ({ id: name.toLowerCase(), name }));
  const { url } = await account({ projects, scopes: NO_BILLING });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances', 'billing');

  expect(terminal.stdout.match(/^ {2}no {2}read (?:billing|balances) of/gm)).toHaveLength(6);
  expect(terminal.stdout.match(/The scope billing:read comes with/g)).toHaveLength(1);
});

it.each([
  ['ndjson', BLOCKED],
  ['tableau-csv', 'blocked: { type: tableau-csv, path: in-the-way }'],
])('names the folder that %s cannot write', async (_type, sink) => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [sink]));
  await terminal.write('in-the-way', '');

  await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances');

  expect(terminal.stdout).toContain('  no  write to in-the-way: Cannot write below ');
});

it('says with exit 2 that the state cannot be used, which would end a run', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', `${jobText(url, [ARCHIVE])}state: { path: state.json }\n`);
  await terminal.write('state.json', '{ "version": 3');

  const code = await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances');
  const { stdout } = terminal;
  const ofRun = await terminal.run('sync', '-c', 'job.yaml');

  expect([code, ofRun]).toEqual([2, 2]);
  expect(stdout).toMatch(
    /^state\n {2}no {2}read: The state in \S+state\.json cannot be used: .*\n.* state repair/,
  );
  expect(stdout).toContain('  ok  read balances of Support line');
});

it('says that a sink which cannot be asked what it holds takes no heed of what is missing', async () => {
  const { url } = await account();
  const { url: datadog } = await intake('dd-api-key');
  const sink = `datadog: { type: datadog-metrics, api_key: dd-api-key, api_url: "${datadog}", missing: leave }`;
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE.replace(' }', ', missing: leave }'), sink]));

  await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances');

  expect(terminal.stderr.match(/.*missing: leave.*/g)).toEqual([
    expect.stringContaining('datadog: `missing: leave` has no effect'),
  ]);
});

it('says what a project is called now that the configuration names as it was', async () => {
  const answers: Record<string, object> = {};
  const { url } = await account({ answers });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE], 'projects: [Support line]'));
  await terminal.run('sync', '-c', 'job.yaml', '--stream', 'balances');
  answers['/v1/projects'] = { projects: [{ project_id: 'p-1', name: 'Support EMEA' }] };

  const check = terminal.again();
  await check.run('check', '-c', 'job.yaml', '--stream', 'balances');

  expect(check.stdout).toContain('"Support line" is now called Support EMEA (p-1).');
});

it('takes what the key may not read for left out where that may be', async () => {
  const { url } = await account({ role: 'member', refusals: '401-err-code' });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE], 'unavailable: skip'));

  const code = await terminal.run('check', '-c', 'job.yaml');

  expect(code).toBe(0);
  expect(terminal.stdout).toContain(
    '  ok  read billing of Support line: left out, since the key lacks billing:read',
  );
});

it('names the site of a Datadog key that is refused and how to mend it', async () => {
  const { url } = await account();
  const { url: datadog } = await intake('the-right-key');
  const sink = `datadog: { type: datadog-metrics, api_key: not-that-one, site: datadoghq.eu, api_url: "${datadog}" }`;
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, sink]));

  const code = await terminal.run('check', '-c', 'job.yaml', '--stream', 'balances');

  expect(code).toBe(4);
  expect(terminal.stdout).toContain(
    '  no  validate the API key at datadoghq.eu: Datadog refused the API key',
  );
  expect(terminal.stdout).toContain('A wrong key and a wrong site look the same here.');
  expect(terminal.stdout).not.toContain('not-that-one');
});
