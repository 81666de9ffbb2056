import { expect, it } from 'vitest';
import { usage } from '../../connectors/deepgram/streams/usage.js';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import type { HeldPartition, Sink } from '../../src/catalogue/sink.js';
import { dryRunSink } from '../../src/deliver/dry-run-sink.js';
import { SinkLane, type SinkLaneOptions } from '../../src/deliver/sink-lane.js';
import { ExportError } from '../../src/errors/export-error.js';
import { silentLog } from '../../src/log/log.js';

const PROJECT = { id: 'p1', name: null };
const DAY = '2026-11-20';
const HELD: ReadonlyMap<string | null, HeldPartition> = new Map([
  [DAY, { records: 3, sums: { hours: 1.5 } }],
]);

function laneOf(held: Sink['held'], options: Partial<SinkLaneOptions> = {}) {
  const warnings: string[] = [];
  const { held: _, ...mute } = memorySink();
  const lane = new SinkLane({
    sink: { ...mute, isEmpty: async () => true, ...(held && { held }) },
    type: 'memory',
    required: true,
    deadlineMs: 60_000,
    log: { ...silentLog, warn: (message) => warnings.push(message) },
    ...options,
  });
  const look = () => lane.held(usage, PROJECT, [DAY], new AbortController().signal);
  return { lane, look, warnings };
}

it('asks the sink what it holds of the days of a stream and project', async () => {
  const asked: unknown[] = [];
  const { look } = laneOf(async (stream, project, days) => {
    asked.push([stream.name, project.id, days]);
    return HELD;
  });

  expect(await look()).toEqual(HELD);
  expect(asked).toEqual([['usage', 'p1', [DAY]]]);
});

it('asks it in a dry run, too', async () => {
  const sink = { ...memorySink(), held: async () => HELD };

  const { look } = laneOf(undefined, { sink: dryRunSink(sink) });

  expect(await look()).toEqual(HELD);
});

it('knows nothing of a sink that cannot tell', async () => {
  const { look, warnings } = laneOf(undefined);

  expect(await look()).toBeUndefined();
  expect(warnings).toEqual([]);
});

it('does not ask a sink whose files are moved away, nor whether all of them are', async () => {
  const { lane, look } = laneOf(async () => new Map(), { missing: 'leave' });

  expect(await look()).toBeUndefined();
  expect(await lane.isEmpty()).toBe(false);
});

it.each<[string, NonNullable<Sink['held']>, string]>([
  [
    'fails',
    async () => {
      throw new ExportError('SINK_FILES', 'Cannot read out.', { kind: 'permanent' });
    },
    'memory: Cannot read out.',
  ],
  [
    'never answers',
    () => new Promise(() => {}),
    'memory: Looking for usage of p1 in memory did not finish within 1.0 s.',
  ],
  [
    'answers what is no map',
    // What a sink without types may do.
    async () => ({ [DAY]: 3 }) as never,
    'memory: What it said to hold is no map by days.',
  ],
])('knows nothing and says so where the sink %s', async (_, held, warning) => {
  const { look, warnings } = laneOf(held, { deadlineMs: 1_000 });

  expect(await look()).toBeUndefined();
  expect(warnings).toEqual([warning]);
});

it('does not ask it again in that run', async () => {
  let asked = 0;
  const { look, warnings } = laneOf(async () => {
    asked += 1;
    throw new ExportError('SINK_FILES', 'Cannot read out.', { kind: 'permanent' });
  });

  await look();
  await look();

  expect(asked).toBe(1);
  expect(warnings).toHaveLength(1);
});

it('says nothing where the run was interrupted', async () => {
  const { lane, warnings } = laneOf(async () => HELD);
  const end = new AbortController();
  end.abort();

  expect(await lane.held(usage, PROJECT, [DAY], end.signal)).toBeUndefined();
  expect(warnings).toEqual([]);
});
