import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasPostgres } from '../postgres/postgres-server.js';
import { type Line, replay } from '../report/archive.js';
import { ask, STORES, spendingTerminal } from './spending-world.js';

const bill = (day: string): Line => ({ project_id: 'p-1', project_name: 'Sales', date: day, cost_usd: 5 });

describe.runIf(hasPostgres)('which store is read', () => {
  it('the totals, else the archive, else the tables, and why not those before', async () => {
    const terminal = await spendingTerminal({ stores: [...STORES].reverse() });
    await replay(terminal, { billing: [bill('2026-11-19')] });

    const first = await ask(terminal, '--by', 'project');
    await rm(join(terminal.cwd, 'out/report.html.parts'), { recursive: true });
    const second = await ask(terminal, '--by', 'project');
    await rm(join(terminal.cwd, 'out/ndjson'), { recursive: true });
    const third = await ask(terminal, '--by', 'project');

    expect(first.stdout).toMatch(/^From the totals of totals \(out\/report\.html\.parts\): /);
    expect(first.stderr).toBe('');
    expect(second.stdout).toMatch(/^From the archive of archive \(out\/ndjson\): /);
    expect(second.stderr).toContain('totals (report) was passed over: there is nothing in it yet.');
    expect(third.stdout).toMatch(/^From the tables of tables \(PostgreSQL at .*, schema deepgram\): /);
    expect(third.stderr).toContain('archive (ndjson) was passed over: ');
    expect([first, second, third].map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it('a database whose variable is not set is none', async () => {
    const terminal = await spendingTerminal({ stores: ['tables'] });
    delete terminal.env.DATABASE_URL;

    const { code, stdout, stderr } = await ask(terminal);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'tables (postgres) was passed over: its settings name a variable that is not set.',
    );
  });

  it('a database that does not let anybody in is no mistake of the configuration', async () => {
    const terminal = await spendingTerminal({ stores: ['tables'] });
    terminal.env.DATABASE_URL = String(terminal.env.DATABASE_URL).replace(
      'postgres://postgres',
      'postgres://nobody',
    );

    const { code, stderr } = await ask(terminal);

    expect(code).toBe(3);
    expect(stderr).toContain('does not let the user nobody in');
  });
});

it('a month that only a later store has is read from there', async () => {
  const terminal = await spendingTerminal({ stores: ['totals', 'archive'] });
  await replay(terminal, { billing: [bill('2026-11-19')] });
  await replay(terminal, { billing: [bill('2026-08-19')] });
  await rm(join(terminal.cwd, 'out/report.html.parts/project_id=p-1/2026-08.ndjson'));

  const { stdout, stderr } = await ask(terminal, '--month', '2026-08', '--by', 'project');

  expect(stdout).toMatch(/^From the archive of archive /);
  expect(stderr).toContain('totals (report) was passed over: it has nothing of 2026-08.');
});

it('where no sink can tell, says what to configure', async () => {
  const terminal = await spendingTerminal({ stores: ['spreadsheets'] });

  const { code, stdout, stderr } = await ask(terminal);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('There is nothing to make a report of.');
  expect(stderr).toContain('Add a sink such as `report: { type: report, path: out/report.html }`');
});

it('where there is nothing yet in those that can, says what to run', async () => {
  const terminal = await spendingTerminal({ stores: ['totals', 'archive'] });

  const { code, stderr } = await ask(terminal);

  expect(code).toBe(2);
  expect(stderr).toContain('totals (report) was passed over: there is nothing in it yet.');
  expect(stderr).toContain('Run `deepgram-export sync`, and ask again.');
  expect(stderr).not.toContain('Add a sink');
});

it('a damaged file of an archive is named, and no table is made without it', async () => {
  const terminal = await spendingTerminal({ stores: ['totals', 'archive'] });
  await replay(terminal, { billing: [bill('2026-11-19')] });
  const path = 'out/ndjson/billing/project_id=p-1/date=2026-11-19/part.ndjson';
  await terminal.write(path, '{"project_id":');

  const { code, stdout, stderr } = await ask(terminal, '-c', 'archive.yaml');

  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain(`${path} is damaged: line 1 is cut`);
});

it('needs no variable of sinks that it does not read', async () => {
  const terminal = await spendingTerminal();
  await replay(terminal, { billing: [bill('2026-11-19')] });
  const { 'job.yaml': job = '' } = await terminal.files();
  await terminal.write('job.yaml', `${job}  datadog: { type: datadog-metrics, api_key: "\${DD_API_KEY}" }\n`);

  const { code, stdout } = await ask(terminal, '--by', 'project');

  expect(code).toBe(0);
  expect(stdout).toContain('$5.00');
});
