import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

const TWO_PROJECTS = [
  { id: 'p-1', name: 'Support line' },
  { id: 'p-2', name: 'Meeting notes' },
];

async function ready(url: string, sinks = [ARCHIVE, TABLEAU]): Promise<Terminal> {
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, sinks));
  return terminal;
}

/** The files of data that are there, in order. */
async function partitionsIn(terminal: Terminal): Promise<string[]> {
  const paths = Object.keys(await terminal.files('out'));
  return paths.filter((path) => path.includes('/project_id=') && !path.includes('.counts')).sort();
}

it('delivers the window to every sink', async () => {
  const { url } = await account();
  const terminal = await ready(url);

  const code = await terminal.run('sync', '-c', 'job.yaml');

  const files = Object.keys(await terminal.files('out'));
  expect(code).toBe(0);
  expect(terminal.stdout).toContain('Everything was delivered. 2026-11-19 to 2026-11-20');
  expect(files).toContain('ndjson/requests/project_id=p-1/date=2026-11-19/part.ndjson');
  expect(files).toContain('ndjson/models/project_id=p-1/snapshot.ndjson');
  expect(files).toContain('tableau/requests.csv');
});

it('leaves the same bytes when it is run twice', async () => {
  const { url } = await account();
  const terminal = await ready(url);

  await terminal.run('sync', '-c', 'job.yaml');
  const first = await terminal.files('out');
  await terminal.run('sync', '-c', 'job.yaml');

  expect(Object.keys(first).length).toBeGreaterThan(30);
  expect(await terminal.files('out')).toEqual(first);
});

describe('options narrow the job', () => {
  it('--stream to these streams', async () => {
    const { url } = await account();
    const terminal = await ready(url, [ARCHIVE]);

    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage', '--stream', 'balances');

    expect(await partitionsIn(terminal)).toEqual([
      'ndjson/balances/project_id=p-1/date=2026-11-20/part.ndjson',
      'ndjson/usage/project_id=p-1/date=2026-11-19/part.ndjson',
      'ndjson/usage/project_id=p-1/date=2026-11-20/part.ndjson',
    ]);
  });

  it('--sink to these sinks', async () => {
    const { url } = await account();
    const terminal = await ready(url);

    const code = await terminal.run('sync', '-c', 'job.yaml', '--sink', 'archive', '--stream', 'usage');

    expect(code).toBe(0);
    expect(Object.keys(await terminal.files('out/tableau'))).toEqual([]);
    expect(await partitionsIn(terminal)).toHaveLength(2);
  });

  it.each(['p-2', 'Meeting notes'])('--project %s to that project', async (project) => {
    const { url } = await account({ projects: TWO_PROJECTS });
    const terminal = await ready(url, [ARCHIVE]);

    await terminal.run('sync', '-c', 'job.yaml', '--project', project, '--stream', 'projects');

    expect(await partitionsIn(terminal)).toEqual(['ndjson/projects/project_id=p-2/snapshot.ndjson']);
  });

  it('--since and --until to these days', async () => {
    const { url } = await account();
    const terminal = await ready(url, [ARCHIVE]);
    const days = ['--since', '2026-11-02', '--until', '2026-11-03'];

    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests', ...days);

    expect(await partitionsIn(terminal)).toEqual([
      'ndjson/requests/project_id=p-1/date=2026-11-02/part.ndjson',
      'ndjson/requests/project_id=p-1/date=2026-11-03/part.ndjson',
    ]);
  });
});

describe('what the options name and the job does not have is exit 2, before any data is read', () => {
  it.each([
    [['--stream', 'usge'], '--stream: "usge" is not in this job (did you mean "usage"?)'],
    [['--sink', 'archiv'], '--sink: "archiv" is not in this job (did you mean "archive"?)'],
    [['--since', 'yesterday'], '--since: must be a time back from now such as 7d, 36h or 4w'],
    [['--until', 'tomorrow'], '--until: must be now, or a day as YYYY-MM-DD'],
    [['--since', '2026-11-03', '--until', '2026-11-02'], '--since: must not be after until'],
    [['--project', 'Suport'], 'It sees: Support line (p-1).'],
  ])('%j', async (options, message) => {
    const { url, calls } = await account();
    const terminal = await ready(url);

    const code = await terminal.run('sync', '-c', 'job.yaml', ...options);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(message);
    expect(calls.filter(({ path }) => path !== '/v1/projects')).toEqual([]);
    expect(await terminal.files('out')).toEqual({});
  });
});

it('--dry-run reads everything and delivers nothing', async () => {
  const { url, calls } = await account();
  const terminal = await ready(url);

  const code = await terminal.run('sync', '-c', 'job.yaml', '--dry-run');

  expect(code).toBe(0);
  expect(terminal.stdout).toContain('Dry run: everything was read, nothing was delivered.');
  expect(calls.some(({ path }) => path.endsWith('/requests'))).toBe(true);
  expect(await terminal.files('out')).toEqual({});
});

describe('--quiet', () => {
  it('says nothing when all is well', async () => {
    const { url } = await account();
    const terminal = await ready(url);

    const code = await terminal.run('sync', '-c', 'job.yaml', '--quiet');

    expect({ code, stdout: terminal.stdout, stderr: terminal.stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('shows the summary when something is wrong', async () => {
    const { url } = await account();
    const terminal = await ready(url, [ARCHIVE, 'broken: { type: ndjson, path: in-the-way }']);
    await terminal.write('in-the-way', '');

    const code = await terminal.run('sync', '-c', 'job.yaml', '--quiet');

    expect(code).toBe(4);
    expect(terminal.stdout).toContain('Some required sinks failed');
  });
});

it('--log-format json writes one JSON object a line', async () => {
  const { url, faults } = await account();
  faults.next('server-error', 1, ({ path }) => path.endsWith('/balances'));
  const terminal = await ready(url);

  await terminal.run('sync', '-c', 'job.yaml', '--log-format', 'json', '--verbose');

  const lines = terminal.stderr.trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(entries.length).toBeGreaterThan(1);
  for (const entry of entries) {
    expect(entry).toMatchObject({ time: '2026-11-20T12:00:00.000Z', message: expect.any(String) });
    expect(['debug', 'info', 'warn', 'error']).toContain(entry.level);
  }
});
