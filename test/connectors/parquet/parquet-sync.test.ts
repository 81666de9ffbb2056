import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Row } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { Terminal } from '../../cli/terminal.js';
import { account, jobText, KEY } from '../../cli/world.js';
import { EVERY_STREAM, EVERYTHING } from '../deepgram/streams/every-stream.js';
import { readParquet } from './read-parquet.js';

const PROJECTS = [
  { id: 'p-1', name: 'Support line' },
  { id: 'p.2', name: '«Ünïcödé» 語, "quoted"' },
];

/** All that there is of an account, as lines and as columns. */
async function synced(compression: string): Promise<Terminal> {
  const { url } = await account({
    projects: PROJECTS,
    requestsPerDay: (_, day) => (day === EMPTY_DAY ? 0 : 20),
  });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const sinks = [
    'lines: { type: ndjson, path: out/ndjson }',
    `columns: { type: parquet, path: out/parquet, compression: ${compression} }`,
  ];
  await terminal.write('job.yaml', `${jobText(url, sinks)}${stringify({ streams: EVERYTHING })}`);
  expect(await terminal.run('sync', '-c', 'job.yaml'), terminal.stderr).toBe(0);
  return terminal;
}

const EMPTY_DAY = '2026-11-19';

interface PartitionLines {
  /** From the sink's folder down, without its ending. */
  readonly place: string;
  readonly records: readonly Row[];
}

async function linesOf(terminal: Terminal, { name }: Stream): Promise<readonly PartitionLines[]> {
  const files = Object.entries(await terminal.files(`out/ndjson/${name}`));
  return files.map(([path, text]) => ({
    place: `${name}/${path.slice(0, -'.ndjson'.length)}`,
    records: text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Row),
  }));
}

/** What is left in a file: dollars have all their nine places there, and what the folders say is not said again. */
function inFile(record: Row, stream: Stream): Row {
  const left = stream.fields.filter(
    ({ name }) => name !== 'project_id' && (name !== 'date' || !isDaily(stream)),
  );
  return Object.fromEntries(
    left.map(({ name, unit }) => {
      const value = record[name] ?? null;
      return [name, unit === 'dollar' && typeof value === 'number' ? value.toFixed(9) : value];
    }),
  );
}

const isDaily = ({ partitionedBy }: Stream) => partitionedBy === 'day';

describe.each(['gzip', 'snappy'])('with compression %s', (compression) => {
  it('every file has the records of the lines, value for value and in their order', async () => {
    const terminal = await synced(compression);

    for (const stream of EVERY_STREAM) {
      const partitions = await linesOf(terminal, stream);
      expect(partitions.length, stream.name).toBeGreaterThan(0);
      for (const { place, records } of partitions) {
        const { rows } = await readParquet(join(terminal.cwd, 'out/parquet', `${place}.parquet`));
        expect(rows, place).toEqual(records.map((record) => inFile(record, stream)));
      }
    }
  });
});

it('a file is where its lines are, in the folders of its project and day', async () => {
  const terminal = await synced('gzip');

  const [lines = [], columns = []] = await Promise.all(
    ['ndjson', 'parquet'].map((folder) => dataIn(join(terminal.cwd, 'out', folder))),
  );

  expect(columns).toEqual(lines.map((path) => path.replace('.ndjson', '.parquet')));
  expect(columns).toContain('requests/project_id=p-1/date=2026-11-20/part.parquet');
  expect(columns).toContain('models/project_id=p%2E2/snapshot.parquet');
});

it('a day without records is a file without rows, which has its columns all the same', async () => {
  const terminal = await synced('gzip');

  const { metadata, rows } = await readParquet(
    join(terminal.cwd, `out/parquet/requests/project_id=p-1/date=${EMPTY_DAY}/part.parquet`),
  );

  expect(rows).toEqual([]);
  expect(metadata.row_groups).toEqual([]);
  expect(metadata.schema.map(({ name }) => name)).toContain('request_id');
});

it('replay fills it from an archive with what the sync wrote', async () => {
  const terminal = await synced('gzip');
  const before = await terminal.files('out/parquet');
  const again = terminal.again();
  await again.write('job.yaml', (await again.files())['job.yaml']?.replace('out/parquet', 'out/again') ?? '');

  const code = await again.run('replay', '-c', 'job.yaml', '--from', 'out/ndjson', '--sink', 'columns');

  expect(code, again.stderr).toBe(0);
  expect(await again.files('out/again')).toEqual(before);
});

async function dataIn(root: string): Promise<readonly string[]> {
  const paths = await readdir(root, { recursive: true });
  return paths.filter((path) => /^[^._].*\.(ndjson|parquet)$/.test(path)).sort();
}
