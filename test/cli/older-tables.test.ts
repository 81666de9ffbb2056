import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepColumns, readTable } from '../connectors/tableau/tableau-folder.js';
import { Terminal } from './terminal.js';
import { account, jobText, KEY } from './world.js';

type Layout = 'single' | 'daily';

/** Days of an account in tables, made with the columns that a version had before costs stood beside tags. */
async function olderTables(layout: Layout, areOlder: 'all' | 'children' = 'all') {
  const { url, calls } = await account({ requestsPerDay: 20 });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const tables = `tableau: { type: tableau-csv, path: out, layout: ${layout} }`;
  await terminal.write('job.yaml', jobText(url, [tables]).replace('since: 1d', 'since: 2d'));
  expect(await terminal.run('sync', '-c', 'job.yaml')).toBe(0);
  const out = join(terminal.cwd, 'out');
  for (const path of await partitionsIn(out)) {
    if (isChild(path)) await keepColumns(join(out, path), (name) => OLDER_CHILD.includes(name));
    else if (areOlder === 'all')
      await keepColumns(join(out, path), (name) => !NEW_OF_REQUESTS.includes(name));
  }
  // What a partition holds is noted by the lengths of its files.
  await rm(join(out, '.counts'), { recursive: true });
  const before = calls.length;
  return { terminal: terminal.again(), out, callsSince: () => calls.slice(before).map(({ path }) => path) };
}

const OLDER_CHILD = ['project_id', 'request_id', 'tag', 'model_id', 'model_name', 'feature'];
const NEW_OF_REQUESTS = ['date', 'is_error'];

function isChild(path: string): boolean {
  return /^(\.parts\/)?requests_/.test(path);
}

/** The files of requests and of their child tables. */
async function partitionsIn(out: string): Promise<string[]> {
  const paths = await readdir(out, { recursive: true });
  return paths.filter((path) => /^(\.parts\/)?requests\w*\/.*\d{4}-\d{2}-\d{2}\.csv$/.test(path));
}

/** All rows of a table, of one file or of many. */
async function rowsOf(out: string, table: string, layout: Layout): Promise<Record<string, string>[]> {
  if (layout === 'single') return readTable(out, `${table}.csv`);
  const names = (await readdir(join(out, table))).sort();
  return (await Promise.all(names.map((name) => readTable(out, table, name)))).flat();
}

describe.each(['single', 'daily'] as const)('tables of an earlier version, with layout %s', (layout) => {
  /** A day that Deepgram does not keep any more, written by hand as that version did. */
  async function addLostDay(out: string): Promise<void> {
    const requests = [
      'project_id,request_id,created_at,status,cost_usd,audio_seconds,tags',
      'p-1,r1,2026-05-01 10:00:00.000,success,0.25,60.0,"a,b|c"',
      'p-1,r2,2026-05-01 11:00:00.000,error,,1.5,',
      'p-1,r3,2026-05-01 12:00:00.000,success,1.0,2.5,c',
    ];
    const tags = ['project_id,request_id,tag', 'p-1,r1,"a,b"', 'p-1,r1,c', 'p-1,r3,c'];
    const none = (item: string) => [`project_id,request_id,${item}`];
    await addPartition(out, 'requests', requests);
    await addPartition(out, 'requests_tags', tags);
    await addPartition(out, 'requests_models', none('model_id,model_name'));
    await addPartition(out, 'requests_features', none('feature'));
  }

  async function addPartition(out: string, table: string, lines: readonly string[]): Promise<void> {
    const [like = ''] = (await partitionsIn(out)).filter((path) => path.split('/').includes(table));
    const path = join(out, like.replace(/\d{4}-\d{2}-\d{2}/, '2026-05-01'));
    await writeFile(path, lines.map((line) => `${line}\r\n`).join(''));
  }

  it('get beside each tag, model and feature what its request cost, though no day is read again', async () => {
    const { terminal, out, callsSince } = await olderTables(layout);
    await addLostDay(out);

    const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests');

    expect(code).toBe(0);
    expect(callsSince().filter((path) => path.endsWith('/requests'))).not.toEqual([]);
    const requests = await rowsOf(out, 'requests', layout);
    const byId = new Map(requests.map((row) => [row.request_id, row]));
    for (const table of ['requests_tags', 'requests_models', 'requests_features']) {
      const rows = await rowsOf(out, table, layout);
      const asOfRequest = rows.map(({ request_id }) => measuresOf(byId.get(request_id)));
      expect(rows.map(measuresOf)).toEqual(asOfRequest);
      expect(new Set(rows.map(({ date }) => date)).size).toBeGreaterThan(2);
    }
    const lost = (await rowsOf(out, 'requests_tags', layout)).filter(({ date }) => date === '2026-05-01');
    expect(lost.map(({ tag, ...row }) => [tag, ...measuresOf(row).slice(1)])).toEqual([
      ['a,b', '0.25', '60.0'],
      ['c', '0.25', '60.0'],
      ['c', '1.0', '2.5'],
    ]);
    expect(byId.get('r2')).toMatchObject({ date: '2026-05-01', is_error: '1', cost_usd: '' });
  });

  it.each(['all', 'children'] as const)(
    'are written anew once, and count as held before and after: %s',
    async (areOlder) => {
      const { terminal, out, callsSince } = await olderTables(layout, areOlder);

      const codes = [await terminal.run('sync', '-c', 'job.yaml')];
      const inodes = await inodesOf(out);
      const calls = callsSince();
      codes.push(await terminal.again().run('sync', '-c', 'job.yaml'));

      expect(codes).toEqual([0, 0]);
      expect(terminal.stdout).not.toMatch(/missing|earlier version/);
      expect(callsSince().slice(calls.length)).toEqual(calls);
      const today = (path: string) => path.includes('2026-11-20');
      const same = Object.entries(await inodesOf(out)).filter(([path]) => !today(path));
      expect(same).toEqual(Object.entries(inodes).filter(([path]) => !today(path)));
      expect(same).not.toEqual([]);
    },
  );

  it('are said once to lack what nothing there tells, with the days and with what reads them again', async () => {
    const { terminal, out } = await olderTables(layout);
    for (const path of await partitionsIn(out)) {
      await keepColumns(join(out, path), (name) => name !== 'mip_opt_out' && name !== 'model_name');
    }

    await terminal.run('sync', '-c', 'job.yaml');
    const again = terminal.again();
    await again.run('sync', '-c', 'job.yaml');

    const said = (text: string) => text.split('\n').filter((line) => line.includes('earlier version'));
    expect(said(terminal.stdout)).toEqual([
      expect.stringMatching(/requests of an earlier version has no mip_opt_out of 2 days/),
      expect.stringMatching(/requests_models of an earlier version has no model_name of 2 days/),
    ]);
    const command = /backfill .*--until \S+/.exec(said(terminal.stdout)[0] ?? '')?.[0] ?? '';
    expect(command).toBe('backfill --stream requests --since 2026-11-18 --until 2026-11-19');
    expect(said(again.stdout)).toEqual([]);
    expect(await again.again().run(...command.split(' '), '-c', 'job.yaml')).toBe(0);
    const rows = await rowsOf(out, 'requests_models', layout);
    expect(rows.map(({ model_name }) => model_name)).not.toContain('');
  });
});

function measuresOf({ date, cost_usd, audio_seconds }: Record<string, string> = {}) {
  return [date, cost_usd, audio_seconds];
}

async function inodesOf(out: string): Promise<Record<string, number>> {
  const paths = (await partitionsIn(out)).sort();
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, (await stat(join(out, path))).ino] as const)),
  );
}
