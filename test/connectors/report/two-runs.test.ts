import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { billing } from '../../../connectors/deepgram/streams/billing.js';
import { reportSink } from '../../../connectors/report/report-sink.js';
import { NOW } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Sink } from '../../../src/catalogue/sink.js';
import { daysThrough } from '../../../src/time/day.js';
import { rowsOf } from './page.js';

const RUN = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };
const project = { id: 'p-1', name: 'Sales' };
const signal = new AbortController().signal;
const LOCK = 'report.html.parts/project_id=p-1/.lock';

/** As many sinks as wanted that write the same page, as runs without a state in common do. */
async function sinksOf<Count extends number>(count: Count) {
  const cwd = await mkdtemp(join(tmpdir(), 'report-'));
  const clock = { now: () => NOW, sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 1)) };
  const settings = { path: 'report.html', months: 13, requests: 500 };
  const sinks = Array.from({ length: count }, () => reportSink(settings, sinkContext(cwd, { clock })));
  /** Those that the page has a cost of. */
  const days = async () =>
    Object.entries(rowsOf(await readFile(join(cwd, 'report.html'), 'utf8'), 'Cost by day'))
      .flatMap(([day, { all }]) => (all === '$1.00' ? day : []))
      .sort();
  return { cwd, sinks, days };
}

async function deliver(sink: Sink | undefined, day: string): Promise<void> {
  const writer = await sink?.begin({ stream: billing, project, day }, signal);
  await writer?.write([{ project_id: project.id, project_name: project.name, date: day, cost_usd: 1 }]);
  await writer?.commit();
}

it('what another run has delivered meanwhile stays, and is on the page', async () => {
  const { sinks, days } = await sinksOf(2);
  const [one, other] = sinks;
  await deliver(one, '2026-11-17');
  await deliver(other, '2026-11-18');
  await deliver(one, '2026-11-19');

  await one?.finish?.(RUN, signal);

  expect(await days()).toEqual(['2026-11-17', '2026-11-18', '2026-11-19']);
});

it('of runs at once each keeps all of its days, and nothing is left of how they took turns', async () => {
  const { cwd, sinks, days } = await sinksOf(4);
  const all = daysThrough('2026-10-20', '2026-11-19');

  await Promise.all(
    sinks.map(async (sink, at) => {
      for (const day of all.filter((_, index) => index % sinks.length === at)) await deliver(sink, day);
    }),
  );

  await Promise.all(sinks.map((sink) => sink.finish?.(RUN, signal)));
  expect(await days()).toEqual(all);
  expect((await readdir(cwd, { recursive: true })).filter((name) => /\.lock|\.tmp/.test(name))).toEqual([]);
});

it('a lock that a dead run has left is taken over', async () => {
  const { cwd, sinks, days } = await sinksOf(1);
  const [sink] = sinks;
  await deliver(sink, '2026-11-18');
  await writeFile(join(cwd, LOCK), '{"id":');

  await deliver(sink, '2026-11-19');

  await sink?.finish?.(RUN, signal);
  expect(await days()).toEqual(['2026-11-18', '2026-11-19']);
});
