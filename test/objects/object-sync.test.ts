import { expect, it } from 'vitest';
import { objectWorld } from './object-world.js';
import { objectContents } from './running-store.js';

const STREAMS = ['requests', 'usage', 'billing_by_line_item', 'api_keys'].flatMap((name) => [
  '--stream',
  name,
]);

/** The same four sinks below a place, each in a folder of its own. */
function sinksBelow(place: string): string[] {
  return [
    `lines: { type: ndjson, path: "${place}/lines" }`,
    `packed: { type: ndjson, path: "${place}/packed", compression: gzip }`,
    `columns: { type: parquet, path: "${place}/columns" }`,
    `tables: { type: tableau-csv, path: "${place}/tables", layout: daily }`,
  ];
}

it('writes the very bytes that it writes to folders', async () => {
  const projects = [
    { id: 'p-1', name: 'Support line' },
    { id: 'p.2~!', name: '«Ünïcödé» 語' },
  ];
  const world = await objectWorld({ account: { projects }, sinks: sinksBelow('s3://bucket/a & b/ü') });
  await world.terminal.write('disk.yaml', world.job.replaceAll('s3://bucket/a & b/ü', 'out'));

  const first = await world.run('sync', ...STREAMS);
  const objects = objectContents(world.store, 'a & b/ü/');
  const disk = world.terminal.again();
  const code = await disk.run('sync', '-c', 'disk.yaml', '--no-state', ...STREAMS);

  expect([first.code, code], first.stderr).toEqual([0, 0]);
  expect(Object.keys(objects).length).toBeGreaterThan(100);
  expect(objects).toEqual(await world.terminal.files('out'));
});

it('leaves the same when it is run twice, and looks into no partition for it', async () => {
  const world = await objectWorld({ sinks: ['lines: { type: ndjson, path: "s3://bucket/lines" }'] });
  await world.run('sync');
  const before = objectContents(world.store, '');
  const calls = world.store.calls.length;

  const again = await world.run('sync');

  const ofSecond = world.store.calls.slice(calls);
  expect(again.code).toBe(0);
  expect(objectContents(world.store, '')).toEqual(before);
  expect(ofSecond.filter(({ method, key }) => method === 'GET' && /part\./.test(key))).toEqual([]);
  expect(ofSecond.length).toBeLessThan(calls);
});

it('brings daily tables of an earlier run to the columns of today, children by their parents, as in a folder', async () => {
  const world = await objectWorld({
    sinks: ['tables: { type: tableau-csv, path: "s3://bucket/tables", layout: daily }'],
  });
  const streams = ['--stream', 'requests', '--stream', 'usage'];
  await world.run('sync', ...streams);
  const before = objectContents(world.store, '');
  const objects = world.store.buckets.get('bucket')?.objects;
  // As it was before there was a last column: what it derives from, and what the parent has, is there.
  for (const [key, object] of objects ?? []) {
    const text = object.bytes.toString();
    const older = key.endsWith('datapackage.json')
      ? withoutLastColumns(text)
      : /\/requests(_tags)?\//.test(key)
        ? text.replaceAll(/,[^,\r]*\r\n/g, '\r\n')
        : undefined;
    if (older !== undefined && !key.includes('.counts'))
      objects?.set(key, { ...object, bytes: Buffer.from(older) });
  }
  const changed = objectContents(world.store, '');

  const again = await world.run('sync', ...streams, '--no-state', '--since', '2026-11-20');
  // What was renewed is counted anew, once.
  await world.run('sync', ...streams, '--no-state', '--since', '2026-11-20');
  const calls = world.store.calls.length;
  await world.run('sync', ...streams, '--no-state', '--since', '2026-11-20');

  const lookedInto = world.store.calls
    .slice(calls)
    .filter(({ method, key }) => method === 'GET' && /2026-11-\d\d\.csv$/.test(key));
  expect(again.code, again.stderr).toBe(0);
  expect(changed).not.toEqual(before);
  expect(tablesIn(objectContents(world.store, ''))).toEqual(tablesIn(before));
  // One of each table.
  expect(lookedInto).toHaveLength(5);
});

function tablesIn(contents: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(contents).filter(([key]) => key.endsWith('.csv')));
}

/** Of the two tables. */
function withoutLastColumns(text: string): string {
  const content = JSON.parse(text) as { resources: { name: string; schema: { fields: unknown[] } }[] };
  for (const { name, schema } of content.resources) if (/^requests(_tags)?$/.test(name)) schema.fields.pop();
  return JSON.stringify(content);
}
