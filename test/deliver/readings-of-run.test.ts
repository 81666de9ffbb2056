import { describe, expect, it } from 'vitest';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import { windowOnly } from '../../src/checkpoints/checkpoints.js';
import { carryOut } from '../../src/deliver/carry-out.js';
import { ReadingsOfRun } from '../../src/deliver/readings-of-run.js';
import { SinkLane } from '../../src/deliver/sink-lane.js';
import { silentLog } from '../../src/log/log.js';
import { date, real, required, text } from '../../src/streams/column.js';
import { defineStream } from '../../src/streams/stream.js';
import { systemClock } from '../../src/time/clock.js';
import { fakeSource, USAGE } from './fake-source.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const PROJECT = { id: 'p-1', name: 'A project' };
const billing = stream('billing');
const unused = stream('unused');
const made = { ...stream('made'), derivedFrom: [billing], derivedAfter: { billing: 2 } };

function stream(name: string) {
  return defineStream({
    source: 'toy',
    kind: name,
    name,
    description: name,
    use: name,
    partitionedBy: 'day',
    key: ['id', 'date'],
    columns: { id: required(text('id')), date: required(date('day')), amount: real('amount') },
  });
}

it('what is made of a day lacks it on that day and for as long after it as it reaches back', () => {
  const readings = new ReadingsOfRun([made, billing], NOW);

  const counts = readings.miss({ stream: 'billing', projectId: PROJECT.id, day: '2026-11-10' });

  const days = ['2026-11-09', '2026-11-10', '2026-11-12', '2026-11-13'];
  expect(counts).toBe(true);
  expect(days.filter((day) => readings.isLacking(made, PROJECT, day))).toEqual(['2026-11-10', '2026-11-12']);
  expect(readings.isLacking(made, { id: 'p-2', name: null }, '2026-11-10')).toBe(false);
});

it('lacks nothing that was read after all, and nothing that it is not made of', () => {
  const readings = new ReadingsOfRun([made, billing, unused], NOW);
  const day = '2026-11-10';
  readings.miss({ stream: 'billing', projectId: PROJECT.id, day });

  readings.set({ stream: 'billing', projectId: PROJECT.id, day, records: 1, sums: {}, counts: {} });
  const counts = readings.miss({ stream: 'unused', projectId: PROJECT.id, day });

  expect(counts).toBe(false);
  expect(readings.isLacking(made, PROJECT, day)).toBe(false);
});

describe('a day that another process is delivering', () => {
  it.each([
    ['elsewhere', ['log'], true],
    ['elsewhere', ['log', 'files'], false],
    ['closed', ['log'], false],
  ] as const)('lacks it where nobody here has read it: %s, for %s', async (claim, sinks, isLacking) => {
    const made = { ...stream('made'), derivedFrom: [USAGE] };
    const readings = new ReadingsOfRun([made, USAGE], NOW);
    const day = '2026-11-10';
    const lacking = Object.fromEntries(sinks.map((name) => [name, { why: 'new' as const }]));

    const { unread } = await carryOut(
      [{ source: 'fake', stream: 'usage', project: PROJECT, partitions: [{ day, lacking }], calls: 1 }],
      {
        source: fakeSource(),
        lanes: sinks.map(laneOf),
        streams: [USAGE],
        window: { since: day, until: day, now: NOW, isDefault: false },
        checkpoints: { ...windowOnly, claim: async () => claim },
        clock: systemClock,
        log: silentLog,
        readings,
        signal: new AbortController().signal,
      },
    );

    expect(readings.isLacking(made, PROJECT, day)).toBe(isLacking);
    expect(unread).toHaveLength(isLacking ? 1 : 0);
  });
});

/** The one of the log only appends. */
function laneOf(name: string): SinkLane {
  const sink = memorySink({ name });
  const delivery = name === 'log' ? 'append' : 'replace';
  return new SinkLane({
    sink: { ...sink, capabilities: { ...sink.capabilities, delivery } },
    type: 'memory',
    required: true,
    deadlineMs: 60_000,
    log: silentLog,
  });
}
