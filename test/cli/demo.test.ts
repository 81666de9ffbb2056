import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, postgresServer } from '../connectors/postgres/postgres-server.js';
import { Terminal } from './terminal.js';

it('exports a stand-in account without a key', async () => {
  const terminal = await Terminal.open();

  const code = await terminal.run('demo', '--days', '1', '--out', 'out');

  const files = await terminal.files('out');
  expect(code).toBe(0);
  expect(files['tableau/requests.csv']?.split('\r\n').length).toBeGreaterThan(100);
  expect(Object.keys(files)).toContain(
    'ndjson/requests/project_id=1f6c0d5e-8f0b-4f5c-9a53-0c1d7f3b2a61/date=2026-11-20/part.ndjson',
  );
  expect(files['datadog/series.ndjson']).toContain('deepgram.');
  expect(files['datadog/logs.ndjson']).toContain('"ddsource":"deepgram"');
  expect(files['postgres/schema.sql']).toContain('create table "deepgram_demo"."reconciliation"');
  expect(files['grafana/dashboards/deepgram.json']).toContain('\\"deepgram_demo\\".\\"requests\\"');
  expect(files['demo.yaml']).toContain('type: tableau-csv');
  expect(JSON.parse(files['summary.json'] ?? '')).toMatchObject({ outcome: 'delivered', exit_code: 0 });
  expect(terminal.stdout).toMatch(
    /^Delivered, but datadog got [\d,]+ of [\d,]+ records: most of the others are older than 1 hour[.,]/m,
  );
  expect(terminal.stdout).toContain('To look at, in out:');
  expect(files['report.html']).toContain('<h2>Does it add up</h2>');
  expect(terminal.stdout.trimEnd().split('\n').at(-1)).toContain(join('out', 'report.html'));
});

it('says one number of series wherever it says it, each note once, and groups what people count', async () => {
  const terminal = await Terminal.open();

  await terminal.run('demo', '--days', '3', '--out', 'out');

  const { stdout } = terminal;
  const [, sent] = /datadog: (\S+) distinct series/.exec(stdout) ?? [];
  const [, received] = /the (\S+) series that the stand-in intake received/.exec(stdout) ?? [];
  expect(sent).toBe(received);
  const { 'datadog/series.ndjson': series = '' } = await terminal.files('out');
  expect(series.match(/"deepgram\.billing\.today\.cost"/g)).toHaveLength(3);
  const notes = stdout.split('\n').filter((line) => line.startsWith('  ! '));
  expect(notes.filter((line) => /keys that were used in 3 projects have no name/.test(line))).toHaveLength(1);
  expect(notes.filter((line) => /have no name|has no name/.test(line))).toHaveLength(1);
  expect(notes.filter((line) => /^ {2}! datadog:.*answers? 202/.test(line))).toHaveLength(1);
  expect(notes.filter((line) => /^ {2}! logs:.*answers? 202/.test(line))).toHaveLength(1);
  const said = stdout.replace(/, such as .*/g, '').replace(/\d{4}-\d{2}-\d{2}/g, '');
  expect(said.match(/\b\d{4,}\b/g)).toBeNull();
});

describe.skipIf(!hasPostgres)('with DATABASE_URL', () => {
  it('fills a schema of its own there, which is as the file says', async () => {
    const server = await postgresServer();
    const database = await server.database();
    onTestFinished(() => database.drop());
    const terminal = await Terminal.open({ env: { DATABASE_URL: database.url } });

    expect(await terminal.run('demo', '--days', '1', '--out', 'out')).toBe(0);

    const objects = () =>
      database.sql(
        `select relname, relkind, obj_description(oid) as comment from pg_class
         where relnamespace = 'deepgram_demo'::regnamespace order by relname`,
      );
    const [{ requests = '0' } = {}] = await database.sql<{ requests?: string }>(
      'select count(*) as requests from deepgram_demo.requests',
    );
    expect(Number(requests)).toBeGreaterThan(100);
    const filled = await objects();
    await database.sql('drop schema deepgram_demo cascade');
    await database.sql((await terminal.files('out'))['postgres/schema.sql'] ?? '');
    expect(await objects()).toEqual(filled);
  });
});

it.each(['0', '91', '1.5', 'many', '-3'])('--days %s is exit 2', async (days) => {
  const terminal = await Terminal.open();

  const code = await terminal.run('demo', `--days=${days}`);

  expect(code).toBe(2);
  expect(terminal.stderr).toContain('--days: must be a whole number from 1 to 90.');
  expect(await terminal.files()).toEqual({});
});

it.each(['in-the-way', 'in-the-way/below'])('--out %s, which is no folder, is exit 2', async (out) => {
  const terminal = await Terminal.open();
  await terminal.write('in-the-way', 'precious');

  const code = await terminal.run('demo', '--out', out);

  expect(code).toBe(2);
  expect(terminal.stderr).toContain(`--out: ${out} is no folder that can be written`);
  expect(await terminal.files()).toEqual({ 'in-the-way': 'precious' });
});
