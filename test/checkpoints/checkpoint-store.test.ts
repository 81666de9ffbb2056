import { beforeEach, describe, expect, it } from 'vitest';
import type { ReadingsOfDay } from '../../src/checkpoints/checkpoint-store.js';
import { CheckpointTable } from '../../src/checkpoints/checkpoint-table.js';
import type { KnownDays, StateDocument } from '../../src/checkpoints/file/state-document.js';
import { STORES, type StoreOfRuns } from './stores.js';

const AT = '2026-11-20T12:00:00.000000Z';
const NOW = Date.parse(AT);
const DAYS: KnownDays = {
  closed: [['2026-11-01', '2026-11-03']],
  open: { '2026-11-04': { read_at: '2026-11-04T12:00:00.000000Z', records: 3, unsettled: 1 } },
  lost: [['2026-10-01', '2026-10-31']],
};
/** Names that a store may not take for something else. */
const NAMES = [
  'p-1',
  '__proto__',
  'constructor',
  '',
  ' ',
  'a"b\\c',
  '../..',
  'Ünïcödé 語',
  'null\u0000',
  '["x"]',
  '\ud800',
];

function documentOf(names: readonly string[], days = DAYS): StateDocument {
  const table = new CheckpointTable(undefined, 'fake');
  table.beginSink('a', 'somewhere');
  for (const projectId of names) table.set({ sink: 'a', stream: 'requests', projectId }, days);
  return table.document(AT);
}

const READING = { readAtMs: NOW, records: 3, sums: { cost_usd: 0.1 }, sameSinceMs: NOW - 1, version: 'v1' };

function readingsOf(streams: readonly string[], records = 3): ReadingsOfDay {
  const projects = () => new Map(NAMES.map((id) => [id, { ...READING, records, less: undefined }]));
  return new Map([['fake', new Map(streams.map((stream) => [stream, projects()]))]]);
}

describe.each(STORES)('a state in $kind', ({ begin }) => {
  let runs: StoreOfRuns;
  beforeEach(async () => {
    runs = await begin();
  });

  it('is nothing at first, which is no mistake', async () => {
    const store = await runs.next();

    expect(await store.load()).toBeUndefined();
    expect([await store.memory.load(), await store.readings.load('2026-11-20')]).toEqual([
      new Map(),
      new Map(),
    ]);
    expect(await store.setAside(NOW)).toBeUndefined();
    expect(await store.journal.setDamagedAside(NOW)).toEqual([]);
  });

  it('is read as it was written, whatever the names', async () => {
    const document = { ...documentOf(NAMES), ci_run: { pipeline: 'main', number: 7 } };

    await (await runs.next()).save(document);

    expect(await (await runs.next()).load()).toEqual(document);
  });

  it('is replaced as a whole, by a run that has read it and by one that has not', async () => {
    await (await runs.next()).save(documentOf(NAMES));
    const reader = await runs.next();
    await reader.load();
    const changed = documentOf(['p-2', 'p-1'], { ...DAYS, lost: [] });

    await reader.save(changed);
    const first = await (await runs.next()).load();
    await (await runs.next()).save(documentOf(['p-3']));

    expect(first).toEqual(changed);
    const last = await runs.next();
    expect(await last.load()).toEqual(documentOf(['p-3']));
    await last.save(documentOf(['p-1']));
    await last.save(documentOf(['p-1', 'p-3']));
    expect(await (await runs.next()).load()).toEqual(documentOf(['p-1', 'p-3']));
  });

  it('has the last readings of each day, and drops those that are too old', async () => {
    const store = await runs.next();
    await store.readings.save('2026-11-19', readingsOf(['usage']));
    await store.readings.save('2026-11-20', readingsOf(['usage', 'requests']));
    await store.readings.save('2026-11-20', readingsOf(['usage', 'requests', '__proto__'], 4));

    const later = await runs.next();
    await later.readings.dropBefore('2026-11-20');

    expect(await later.readings.load('2026-11-19')).toEqual(new Map());
    expect(await (await runs.next()).readings.load('2026-11-20')).toEqual(
      readingsOf(['usage', 'requests', '__proto__'], 4),
    );
  });

  it('has what sources remember', async () => {
    const remembered = new Map([
      ['fake', new Map(NAMES.map((id): [string, unknown] => [id, { names: [id, null, 1.5] }]))],
    ]);

    await (await runs.next()).memory.save(remembered);

    expect(await (await runs.next()).memory.load()).toEqual(remembered);
  });

  it('is set aside with all that lags behind it, and the next run begins anew', async () => {
    const store = await runs.next();
    await store.save(documentOf(NAMES));
    await store.readings.save('2026-11-20', readingsOf(['usage']));
    await store.memory.save(new Map([['fake', new Map([['p-1', 1]])]]));

    const aside = await (await runs.next()).setAside(NOW);

    expect(aside).toContain('2026-11-20T12-00-00-000Z');
    const next = await runs.next();
    expect([await next.load(), await next.memory.load(), await next.readings.load('2026-11-20')]).toEqual([
      undefined,
      new Map(),
      new Map(),
    ]);
    await next.save(documentOf(['p-1']));
    expect(await (await runs.next()).load()).toEqual(documentOf(['p-1']));
  });
});
