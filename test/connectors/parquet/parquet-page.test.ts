import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { beforeAll, expect, it } from 'vitest';
import { Terminal } from '../../cli/terminal.js';
import { account, jobText, KEY } from '../../cli/world.js';
import { readParquet } from './read-parquet.js';

const PAGE = join(import.meta.dirname, '../../../docs/sinks/parquet.md');

/** A column of `requests` of each kind that the page has a line for. */
const KINDS = {
  text: 'endpoint',
  'whole number': 'tokens_in',
  real: 'latency_ms',
  dollars: 'cost_usd',
  flag: 'settled',
  day: undefined, // the one of requests is a folder
  time: 'created_at',
  'list of texts': 'tags',
} as const;

let page: string;
beforeAll(async () => {
  page = await readFile(PAGE, 'utf8');
});

/** The lines of the page's table of types, by their first cell. */
function types(): ReadonlyMap<string, readonly string[]> {
  const rows = page.match(/^\|.*\|$/gm)?.slice(2) ?? [];
  return new Map(
    rows.map((row) => {
      const [kind = '', ...cells] = row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim());
      return [kind, cells];
    }),
  );
}

async function synced(): Promise<Terminal> {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const [, sink = ''] = /^sinks:\n {2}(.*?) +#/m.exec(page) ?? [];
  await terminal.write('job.yaml', jobText(url, [sink]));
  expect(await terminal.run('sync', '-c', 'job.yaml'), terminal.stderr).toBe(0);
  return terminal;
}

it('files are where it says', async () => {
  const terminal = await synced();

  const [, block = ''] = /```\n(<path>.*?)```/s.exec(page) ?? [];
  const paths = block.trim().replaceAll('<path>', 'out/parquet').replaceAll('<id>', 'p-1').split('\n');
  expect(Object.keys(await terminal.files())).toEqual(expect.arrayContaining(paths));
  expect(paths).toHaveLength(3);
});

it('types are what it says, in the file and for Athena', async () => {
  const terminal = await synced();

  const { metadata } = await readParquet(
    join(terminal.cwd, 'out/parquet/requests/project_id=p-1/date=2026-11-20/part.parquet'),
  );
  const athena = (await terminal.files())['out/parquet/_schema/requests.athena.sql'] ?? '';
  const found = Object.entries(KINDS).map(([kind, column]) => {
    const element = metadata.schema.find(({ name }) => name === column);
    const [, type] = new RegExp(`^ {2}\`${column ?? 'date'}\` (\\S+)`, 'm').exec(athena) ?? [];
    return [kind, element && wordsFor(element), `\`${type}\``];
  });
  expect(found).toEqual(
    [...types()].map(([kind, [inFile, , inAthena]]) => [kind, kind === 'day' ? undefined : inFile, inAthena]),
  );
});

it('the end of a file says what each column means, under the key that it names', async () => {
  const terminal = await synced();

  const { metadata } = await readParquet(
    join(terminal.cwd, 'out/parquet/usage/project_id=p-1/date=2026-11-20/part.parquet'),
  );
  const said = metadata.key_value_metadata?.filter(({ key }) => page.includes(`\`${key}\``)) ?? [];
  expect(said).toHaveLength(1);
  expect(JSON.parse(said[0]?.value ?? '')).toContainEqual({
    name: 'hours',
    unit: 'hour',
    description: expect.any(String),
  });
});

/** What a file says of a column, as the page has it. */
function wordsFor({ type, converted_type, logical_type: meant, precision, scale }: SchemaElement): string {
  if (converted_type === 'LIST') return '`LIST` of `STRING`';
  if (meant?.type === 'DECIMAL') return `\`${type}\`, \`DECIMAL(${precision},${scale})\``;
  if (meant?.type === 'TIMESTAMP')
    return `\`${type}\`, \`TIMESTAMP\` in ${meant.isAdjustedToUTC ? 'UTC' : 'no zone'} with ${meant.unit === 'MICROS' ? 'microseconds' : meant.unit}`;
  return meant ? `\`${type}\`, \`${meant.type}\`` : `\`${type}\``;
}
