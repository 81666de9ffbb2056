import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { account, jobText, KEY, TABLEAU } from './world.js';

interface Resource {
  readonly name: string;
  readonly path: string;
  readonly schema: { readonly relationships: readonly Relationship[] };
}

interface Relationship {
  readonly fields: readonly string[];
  readonly reference: { readonly resource: string; readonly fields: readonly string[] };
}

type Files = Readonly<Record<string, string>>;

function resourcesIn(files: Files): readonly Resource[] {
  return JSON.parse(files['datapackage.json'] ?? '{}').resources;
}

/** For each relationship of the package: rows, those that find a partner, and those that find several. */
function walk(files: Files) {
  const resources = resourcesIn(files);
  const tables = new Map(
    resources.map(({ name, path }) => {
      const rows: Record<string, string>[] = parse(files[path] ?? '', { columns: true });
      return [name, rows];
    }),
  );
  const keyOf = (row: Record<string, string>, of: readonly string[]) =>
    JSON.stringify(of.map((field) => row[field] ?? 'no such column'));
  return resources.flatMap(({ name, schema }) =>
    schema.relationships.map(({ fields, reference }) => {
      const partners = (tables.get(reference.resource) ?? []).map((row) => keyOf(row, reference.fields));
      const there = new Set(partners);
      const rows = (tables.get(name) ?? []).filter((row) => fields.every((field) => row[field] !== ''));
      return {
        relationship: `${name}.${fields.at(-1)} → ${reference.resource}`,
        rows: rows.length,
        found: rows.filter((row) => there.has(keyOf(row, fields))).length,
        isUnique: there.size === partners.length,
      };
    }),
  );
}

/** The relationships with rows whose partner is not there: `requests.api_key_id → api_keys: 3 of 10`. */
function orphans(files: Files): { readonly checked: number; readonly lost: readonly string[] } {
  const walked = walk(files);
  return {
    checked: walked.reduce((sum, { rows }) => sum + rows, 0),
    lost: walked.flatMap(({ relationship, rows, found }) =>
      rows === found ? [] : [`${relationship}: ${rows - found} of ${rows}`],
    ),
  };
}

const GONE = {
  '/v1/projects/p-1/keys': { api_keys: [] },
  '/v1/projects/p-1/models': { stt: [], tts: [] },
  '/v1/projects/p-1/usage/fields': { models: [] },
};

it('every row of a table has its partner in the others, though no list has the key or the model', async () => {
  const answers: Record<string, object> = { ...GONE };
  const { url } = await account({ requestsPerDay: 60, answers });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [TABLEAU]));

  expect(await terminal.run('sync', '-c', 'job.yaml')).toBe(0);

  const { checked, lost } = orphans(await terminal.files('out/tableau'));
  expect(checked).toBeGreaterThan(500);
  expect(lost).toEqual([]);
});

it('nor where they were listed once, and the lists are empty by the time of another run', async () => {
  const answers: Record<string, object> = {};
  const { url } = await account({ requestsPerDay: 60, answers });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [TABLEAU]));
  await terminal.run('sync', '-c', 'job.yaml');
  Object.assign(answers, GONE);

  expect(await terminal.again().run('sync', '-c', 'job.yaml', '--stream', 'api_keys', 'models')).toBe(0);

  expect(orphans(await terminal.files('out/tableau')).lost).toEqual([]);
});

it('every relationship of the package leads to one row at most, and the page names the same ones', async () => {
  const { url } = await account({ requestsPerDay: 60 });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [TABLEAU]));

  await terminal.run('sync', '-c', 'job.yaml');

  const files = await terminal.files('out/tableau');
  const walked = walk(files);
  expect(walked.filter(({ found }) => found === 0)).toEqual([]);
  expect(walked.filter(({ isUnique }) => !isUnique)).toEqual([]);
  const declared = resourcesIn(files).flatMap(({ schema }) =>
    schema.relationships.map(({ fields, reference }) => `${fields} → ${reference.resource}`),
  );
  expect([...new Set(declared)].sort()).toEqual(await relationshipsOfPage());
});

it('what one tag costs is the same with and without a join', async () => {
  const { url } = await account({ requestsPerDay: 200 });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [TABLEAU]));

  await terminal.run('sync', '-c', 'job.yaml');

  const files = await terminal.files('out/tableau');
  const rows = (name: string): Record<string, string>[] =>
    parse(files[`${name}.csv`] ?? '', { columns: true });
  const costs = new Map(rows('requests').map((row) => [row.request_id, Number(row.cost_usd)]));
  const sums = { alone: new Map<string, number>(), joined: new Map<string, number>() };
  for (const { tag = '', date, request_id, cost_usd } of rows('requests_tags')) {
    const group = `${tag} ${date}`;
    sums.alone.set(group, (sums.alone.get(group) ?? 0) + Number(cost_usd));
    sums.joined.set(group, (sums.joined.get(group) ?? 0) + (costs.get(request_id ?? '') ?? Number.NaN));
  }
  expect(sums.alone.size).toBeGreaterThan(2);
  expect(sums.alone).toEqual(sums.joined);
});

/** The rows of the page's table of relationships, a line for each table that they lead to. */
async function relationshipsOfPage(): Promise<string[]> {
  const page = await readFile(new URL('../../docs/sinks/tableau-csv.md', import.meta.url), 'utf8');
  const [, table = ''] = page.split('| table | by | leads to |\n');
  const rows = table.split('\n\n')[0]?.split('\n').slice(1) ?? [];
  return rows
    .flatMap((row) => {
      const [, , by = '', to = ''] = row.split('|');
      const names = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name);
      const fields = names(by.replace(/ \(there .*\)/, ''));
      return names(to).map((name) => `${fields} → ${name}`);
    })
    .sort();
}
