import { expect, it, onTestFinished } from 'vitest';
import { rowsOf } from '../../../connectors/stand-ins/tableau/account/site.js';
import { NOW, Terminal } from '../../cli/terminal.js';
import { ARCHIVE, account, jobText, KEY } from '../../cli/world.js';
import { callsOf } from './publishing.js';
import { contentsOf, startSite, TOKEN_NAME, TOKEN_SECRET } from './site.js';

const world = async (settings = '') => {
  const tableau = await startSite({ now: () => NOW });
  onTestFinished(() => tableau.close());
  const { url } = await account({
    projects: [
      { id: 'p-1', name: 'Support line' },
      { id: 'p-2', name: 'Sales, "EMEA" & <APAC>' },
    ],
  });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, TABLEAU_TOKEN: TOKEN_SECRET } });
  const publish = `published: { type: tableau-publish, url: "${tableau.url}", token_name: ${TOKEN_NAME}, token_secret: "\${TABLEAU_TOKEN}", project: Speech, path: published${settings} }`;
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, publish]));
  return { tableau, terminal };
};

it('every table has what the records have, value by value, and a second run sends no more than has changed', async () => {
  const { tableau, terminal } = await world();

  const first = await terminal.run('sync', '-c', 'job.yaml');
  const published = callsOf(tableau, /^POST \/datasources/).length;
  const second = await terminal.run('sync', '-c', 'job.yaml', '--full-refresh');

  const streams = await recordsOf(terminal);
  expect([first, second]).toEqual([0, 0]);
  expect(Object.keys(streams).length).toBeGreaterThan(12);
  for (const [stream, records] of Object.entries(streams)) {
    expect([stream, sorted(rowsOf(tableau.site, `Deepgram ${stream}`) ?? [])]).toEqual([
      stream,
      sorted(records.map((record) => cellsOf(stream, record))),
    ]);
  }
  expect(published).toBe(tableau.site.dataSources.size);
  expect(callsOf(tableau, /^POST \/datasources/)).toHaveLength(published);
  expect(callsOf(tableau, /^PATCH/)).toEqual([]);
});

it('a child table has each item of a list once, with what its request has', async () => {
  const { tableau, terminal } = await world();

  await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests');

  const { requests = [] } = await recordsOf(terminal);
  const expected = requests.flatMap((record) =>
    (Array.isArray(record.tags) ? [...new Set(record.tags)] : []).map((tag) => `${record.request_id} ${tag}`),
  );
  const rows = rowsOf(tableau.site, 'Deepgram requests_tags') ?? [];
  expect(rows.map(({ request_id: id, tag }) => `${id} ${tag}`).sort()).toEqual(expected.sort());
  expect(expected.length).toBeGreaterThan(0);
});

it('as tdsx it is one data source, which is replaced when anything has changed', async () => {
  const { tableau, terminal } = await world(', as: tdsx');

  await terminal.run('sync', '-c', 'job.yaml');
  const once = contentsOf(tableau);
  await terminal.run('sync', '-c', 'job.yaml', '--full-refresh');
  const again = callsOf(tableau, /^POST \/datasources/).length;
  await terminal.run('sync', '-c', 'job.yaml', '--since', '3d');

  const files = await terminal.files('published');
  expect(Object.keys(once)).toEqual(['Deepgram']);
  expect(Buffer.from(once.Deepgram ?? '', 'base64').toString('latin1', 0, 2)).toBe('PK');
  expect(again).toBe(1);
  expect(callsOf(tableau, /^POST \/datasources/)).toHaveLength(2);
  expect(contentsOf(tableau).Deepgram).not.toBe(once.Deepgram);
  expect(Object.keys(files)).toContain('deepgram.tdsx');
});

it('a server that is away fails this sink alone, and the next run brings what is missing', async () => {
  const { tableau, terminal } = await world();
  tableau.lastingFault = { status: 503 };
  const away = await terminal.run('sync', '-c', 'job.yaml');
  tableau.lastingFault = undefined;

  const back = await terminal.again().run('sync', '-c', 'job.yaml');

  const { requests = [] } = await recordsOf(terminal);
  expect([away, back]).toEqual([4, 0]);
  expect(rowsOf(tableau.site, 'Deepgram requests')).toHaveLength(requests.length);
});

it('one that goes away at the end leaves what is kept to the next run', async () => {
  const { tableau, terminal } = await world();
  tableau.site.failingJobs.push(...Array.from({ length: 40 }, () => 'The disk is full'));
  const full = await terminal.run('sync', '-c', 'job.yaml', '--summary', 'summary.json');
  const { 'summary.json': summary = '' } = await terminal.files();
  tableau.site.failingJobs.length = 0;

  const next = await terminal.again().run('sync', '-c', 'job.yaml');

  const { requests = [] } = await recordsOf(terminal);
  expect([full, next]).toEqual([4, 0]);
  expect(summary).toMatch(
    /its job job-\d+ failed and says: The disk is full\. .* other data sources failed as well/,
  );
  expect(rowsOf(tableau.site, 'Deepgram requests')).toHaveLength(requests.length);
});

type Records = Readonly<Record<string, unknown>>[];

/** By stream, of the archive beside it. */
async function recordsOf(terminal: Terminal): Promise<Record<string, Records>> {
  const streams: Record<string, Records> = {};
  for (const [path, text] of Object.entries(await terminal.files('out/ndjson'))) {
    const [stream = ''] = path.split('/');
    if (stream.startsWith('_') || stream.startsWith('.')) continue;
    const lines = text.split('\n').filter((line) => line !== '');
    if (lines.length > 0)
      streams[stream] = [...(streams[stream] ?? []), ...lines.map((line) => JSON.parse(line))];
  }
  return streams;
}

/** As Tableau has the values of a record. */
function cellsOf(stream: string, record: Readonly<Record<string, unknown>>) {
  const cells = Object.entries(record).map(([name, value]) => [name, cellOf(value)]);
  const { status } = record;
  const error = status === 'error' ? 1 : status === 'success' ? 0 : null;
  return { ...Object.fromEntries(cells), ...(stream === 'requests' ? { is_error: error } : {}) };
}

function cellOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value.join('|');
  if (typeof value !== 'string') return value;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return `${value}T00:00:00.000Z`;
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) ? new Date(value).toISOString() : value;
}

function sorted(rows: readonly object[]): readonly unknown[] {
  return rows
    .map((row) => [JSON.stringify(row), row] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, row]) => row);
}
