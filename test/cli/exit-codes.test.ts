import { describe, expect, it } from 'vitest';
import { catalogue } from '../../connectors/index.js';
import { allScopes } from '../../connectors/stand-ins/deepgram/account/roles.js';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, intake, jobText, KEY } from './world.js';

const BLOCKED = 'blocked: { type: ndjson, path: in-the-way }';
const BLOCKED_TOO = 'blocked_too: { type: tableau-csv, path: also-in-the-way }';
const OPTIONAL = 'optional: { type: ndjson, path: also-in-the-way, required: false }';

interface Case {
  readonly what: string;
  readonly code: number;
  readonly outcome: string;
  readonly sinks?: readonly string[];
  readonly key?: string;
  readonly account?: StandInOptions;
  readonly source?: string;
}

const CASES: readonly Case[] = [
  { what: 'everything is delivered', code: 0, outcome: 'delivered' },
  {
    what: 'only a sink fails that is not required',
    code: 0,
    outcome: 'delivered',
    sinks: [ARCHIVE, OPTIONAL],
  },
  { what: 'a setting is wrong', code: 2, outcome: 'config', source: 'max_concurrency: 0' },
  { what: 'a project is unknown', code: 2, outcome: 'config', source: 'projects: [Nowhere]' },
  { what: 'the key is wrong', code: 3, outcome: 'source-incomplete', key: 'a-wrong-key' },
  {
    what: 'the key lacks a scope',
    code: 3,
    outcome: 'source-incomplete',
    account: { scopes: allScopes.filter((scope) => scope !== 'billing:read') },
  },
  { what: 'one of two sinks fails', code: 4, outcome: 'sinks-failed', sinks: [ARCHIVE, BLOCKED] },
  { what: 'all sinks fail', code: 5, outcome: 'all-sinks-failed', sinks: [BLOCKED, BLOCKED_TOO] },
  {
    what: 'all required sinks fail',
    code: 5,
    outcome: 'all-sinks-failed',
    sinks: [BLOCKED, OPTIONAL],
  },
];

describe('sync ends with', () => {
  it.each(CASES)('exit $code when $what', async (given) => {
    const { url } = await account(given.account);
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: given.key ?? KEY } });
    await terminal.write('job.yaml', jobText(url, given.sinks ?? [ARCHIVE], given.source));
    await terminal.write('in-the-way', '');
    await terminal.write('also-in-the-way', '');

    const code = await terminal.run('sync', '-c', 'job.yaml', '--summary', 'summary.json');

    const files = await terminal.files();
    expect(code).toBe(given.code);
    expect(JSON.parse(files['summary.json'] ?? '')).toMatchObject({
      version: 1,
      outcome: given.outcome,
      exit_code: given.code,
    });
    if (code > 0) expect(terminal.stdout + terminal.stderr).toContain(`(exit ${given.code})`);
  });
});

it('a wrong key is named with what to check', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: 'a-wrong-key' } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('sync', '-c', 'job.yaml');

  expect(terminal.stderr).toContain('Could not list the projects');
  expect(terminal.stderr).toContain('Check the API key in source.api_key');
  expect(terminal.stdout + terminal.stderr).not.toContain('a-wrong-key');
});

it('a missing scope is named once, and all other streams are delivered', async () => {
  const scopes = allScopes.filter((scope) => scope !== 'billing:read');
  const { url } = await account({ scopes });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('sync', '-c', 'job.yaml', '--stream', 'balances', 'usage', 'requests');

  expect(terminal.stdout.match(/^ {2}! The API key may not .*/gm)).toHaveLength(1);
  expect(terminal.stdout).toContain('! The API key may not read balances. The scope billing:read comes with');
  const written = Object.keys(await terminal.files('out'));
  const delivered = written.filter(
    (path) => /ndjson\/\w+\/project_id=/.test(path) && !path.includes('.counts'),
  );
  expect(delivered.sort()).toEqual([
    'ndjson/requests/project_id=p-1/date=2026-11-19/part.ndjson',
    'ndjson/requests/project_id=p-1/date=2026-11-20/part.ndjson',
    'ndjson/usage/project_id=p-1/date=2026-11-19/part.ndjson',
    'ndjson/usage/project_id=p-1/date=2026-11-20/part.ndjson',
  ]);
});

it('a sink that fails leaves the others whole', async () => {
  const { url } = await account();
  const alone = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await alone.write('job.yaml', jobText(url, [ARCHIVE]));
  const beside = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await beside.write('job.yaml', jobText(url, [ARCHIVE, BLOCKED]));
  await beside.write('in-the-way', 'precious');

  await alone.run('sync', '-c', 'job.yaml');
  await beside.run('sync', '-c', 'job.yaml');

  expect(await beside.files('out')).toEqual(await alone.files('out'));
  expect((await beside.files())['in-the-way']).toBe('precious');
  expect(beside.stdout).toMatch(/^blocked +ndjson +0 .*FAILED$/m);
  expect(beside.stdout).toContain(
    'in-the-way: it is a file, not a folder. Move that file away, or choose another path.',
  );
});

it('a wrong Datadog key names the site, the setting and what else it may be', async () => {
  const { url } = await account();
  const { url: datadog } = await intake('the-right-key');
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const sink = `datadog: { type: datadog-metrics, api_key: not-that-one, site: us3.datadoghq.com, api_url: "${datadog}" }`;
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, sink]));

  const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', 'balances');

  expect(code).toBe(4);
  expect(terminal.stdout).toContain(`Datadog refused the API key (403 from ${datadog}).`);
  expect(terminal.stdout).toContain('A wrong key and a wrong site look the same here.');
  expect(terminal.stdout).toContain('`site`, now us3.datadoghq.com');
  expect(terminal.stdout).not.toContain('not-that-one');
});

it('a limit of open files that is too low is named, and is no bug', async () => {
  const tooMany = Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE' });
  const terminal = await Terminal.open({
    env: { DEEPGRAM_API_KEY: KEY },
    catalogue: { ...catalogue, connectors: () => Promise.reject(tooMany) },
  });
  await terminal.write('job.yaml', jobText('http://127.0.0.1:9', [ARCHIVE]));

  const code = await terminal.run('sync', '-c', 'job.yaml');

  expect(code).toBe(2);
  expect(terminal.stderr).toContain(
    'The program cannot go on: not as many files can be open here as the program needs.',
  );
  expect(terminal.stderr).toContain('`ulimit -n 1024`');
  expect(terminal.stderr).not.toContain('bug');
});

it('says twice and no more that a folder of tables cannot be written', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, BLOCKED_TOO], 'max_concurrency: 1'));
  await terminal.write('also-in-the-way', '');

  await terminal.run('sync', '-c', 'job.yaml', '--stream', 'balances', 'usage');

  expect(terminal.stderr.match(/blocked_too.*(?:it is a file|is left alone|Cannot read).*/g)).toEqual([
    expect.stringContaining('it is a file, not a folder'),
    expect.stringContaining('is left alone for the rest of this run'),
  ]);
});
