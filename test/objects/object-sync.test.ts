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
