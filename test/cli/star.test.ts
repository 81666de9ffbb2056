import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { account, jobText, KEY, TABLEAU } from './world.js';

interface Resource {
  readonly name: string;
  readonly path: string;
  readonly schema: {
    readonly foreignKeys: readonly {
      readonly fields: readonly string[];
      readonly reference: { readonly resource: string; readonly fields: readonly string[] };
    }[];
  };
}

/** For each foreign key of the package the rows whose partner is not there: `requests.api_key_id: 3 of 10`. */
function orphans(files: Readonly<Record<string, string>>): {
  readonly checked: number;
  readonly lost: readonly string[];
} {
  const { resources }: { resources: readonly Resource[] } = JSON.parse(files['datapackage.json'] ?? '{}');
  const table = (name: string): readonly Record<string, string>[] => {
    const path = resources.find((resource) => resource.name === name)?.path ?? '';
    return parse(files[path] ?? '', { columns: true });
  };
  let checked = 0;
  const lost = resources.flatMap(({ name, schema }) =>
    schema.foreignKeys.flatMap(({ fields, reference }) => {
      const keyOf = (row: Record<string, string>, of: readonly string[]) =>
        of.map((field) => row[field]).join();
      const there = new Set(table(reference.resource).map((row) => keyOf(row, reference.fields)));
      const rows = table(name).filter((row) => fields.every((field) => row[field] !== ''));
      checked += rows.length;
      const alone = rows.filter((row) => !there.has(keyOf(row, fields)));
      return alone.length === 0 ? [] : [`${name}.${fields.at(-1)}: ${alone.length} of ${rows.length}`];
    }),
  );
  return { checked, lost };
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
