import { describe, expect, it } from 'vitest';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import { windowOnly } from '../../src/checkpoints/checkpoints.js';
import { carryOut } from '../../src/deliver/carry-out.js';
import type { OtherProcesses } from '../../src/deliver/other-processes.js';
import { NOTHING, type PartResult, resultOf } from '../../src/deliver/part-result.js';
import { planRun } from '../../src/deliver/plan-run.js';
import { ReadingsOfRun } from '../../src/deliver/readings-of-run.js';
import { run } from '../../src/deliver/run.js';
import { SinkLane } from '../../src/deliver/sink-lane.js';
import { SourceReport } from '../../src/deliver/source-report.js';
import { silentLog } from '../../src/log/log.js';
import type { Task } from '../../src/plan/task.js';
import { systemClock } from '../../src/time/clock.js';
import { fakeSource, USAGE } from './fake-source.js';

const WINDOW = { since: '2026-11-15', until: '2026-11-20', now: Date.parse('2026-11-20T12:00:00Z') };

describe('what came of parts of a run', () => {
  it('adds up to what one process says of all of it', async () => {
    const whole = await run(optionsOf('whole'));
    const options = optionsOf('whole');
    const planned = await planRun(options);
    const half = Math.ceil(planned.tasks.length / 2);

    const parts: PartResult[] = [];
    for (const tasks of [planned.tasks.slice(0, half), planned.tasks.slice(half)]) {
      const lanes = options.lanes.map((lane) => lane.anew());
      parts.push(await carryOut(tasks, { ...options, lanes }));
    }
    parts.push({ ...NOTHING, ...new SourceReport(options.source).take() });
    const result = resultOf(planned, asSent(parts), undefined);

    expect(half).toBeGreaterThan(1);
    expect(asSent(result)).toEqual(asSent(whole));
  });

  it('names a failure of several parts once, with all that it has cost', () => {
    const failure = { code: 'HTTP_STATUS', kind: 'transient', message: 'answered 502' } as const;
    const of = (stream: string, partition: string, partitions: number) => ({
      ...NOTHING,
      sourceFailures: [{ ...failure, stream, project: 'p-1', partition, partitions }],
    });
    const planned = { projects: [], tasks: [], days: undefined, lost: [], stillKeptBack: 0, warnings: [] };

    const { sourceFailures } = resultOf(
      planned,
      [
        of('usage', 'usage/p-1/2026-11-15', 2),
        of('requests', 'requests/p-1/2026-11-16', 1),
        of('usage', 'x', 3),
      ],
      undefined,
    );

    expect(sourceFailures).toEqual([
      { ...failure, stream: 'usage', project: 'p-1', partition: 'usage/p-1/2026-11-15', partitions: 5 },
      { ...failure, stream: 'requests', project: 'p-1', partition: 'requests/p-1/2026-11-16', partitions: 1 },
    ]);
  });

  it('has what a sink says that stays open for several tasks once, as it was said last', async () => {
    const of = (opening: string, turn: number, written: number) => ({
      ...NOTHING,
      sinksSoFar: {
        opening,
        turn,
        sinks: [
          {
            ...laneOf(memorySink()).outcome(),
            facts: { written },
            notes: [`up to ${written}`],
            in_doubt: written,
          },
        ],
      },
    });
    const planned = { projects: [], tasks: [], days: undefined, lost: [], stillKeptBack: 0, warnings: [] };

    const parts = [of('here', 2, 7), of('there', 1, 100), of('here', 1, 3)];
    const { sinks } = resultOf(planned, parts, undefined);

    expect(sinks).toMatchObject([
      { facts: { written: 107 }, notes: ['up to 7', 'up to 100'], in_doubt: 107 },
    ]);
  });

  it('has what the source noticed once, however often it is asked', () => {
    let count = 1;
    const source = {
      ...fakeSource(),
      findings: () => ({
        rejected: new Map([['usage', { count, example: 'the first' }]]),
        unknownFields: new Map([['usage', count === 1 ? ['a'] : ['a', 'b']]]),
        unknownForms: new Map(),
        warnings: count === 1 ? ['one'] : ['one', 'two'],
        incomplete: [],
      }),
    };
    const report = new SourceReport(source);

    const first = report.take();
    count = 4;
    const then = report.take();

    expect(first.findings).toMatchObject({ rejected: [{ count: 1 }], warnings: ['one'] });
    expect(then.findings).toMatchObject({
      rejected: [{ stream: 'usage', count: 3, example: 'the first' }],
      unknownFields: [{ stream: 'usage', fields: ['b'] }],
      warnings: ['two'],
    });
    expect(report.take()).toMatchObject({
      findings: { rejected: [], unknownFields: [], warnings: [] },
      traffic: { calls: 0 },
    });
  });
});

describe('a run with other processes', () => {
  it('leaves to them what sinks can share, and does the rest itself', async () => {
    const given: Task[] = [];
    const others: OtherProcesses = {
      carryOut: async (tasks) => {
        given.push(...tasks);
        return [];
      },
      learnAnew: () => {},
      finish: async () => [],
    };
    const alone = memorySink({ name: 'alone' });

    await run({ ...optionsOf('shared'), others });
    const shared = given.splice(0);
    await run({ ...optionsOf('shared', [laneOf(alone)]), others });

    expect(shared).toHaveLength(6);
    expect(given).toEqual([]);
    expect(alone.committed.size).toBe(6);
  });
});

function optionsOf(name: string, more: readonly SinkLane[] = []) {
  const source = fakeSource();
  const sink = memorySink({ name });
  return {
    source,
    lanes: [laneOf({ ...sink, capabilities: { ...sink.capabilities, sharing: 'each' } }), ...more],
    streams: [USAGE],
    window: WINDOW,
    checkpoints: windowOnly,
    clock: systemClock,
    log: silentLog,
    signal: new AbortController().signal,
    readings: new ReadingsOfRun([USAGE], WINDOW.now),
  };
}

function laneOf(sink: ConstructorParameters<typeof SinkLane>[0]['sink']): SinkLane {
  return new SinkLane({ sink, type: 'memory', required: true, deadlineMs: 60_000, log: silentLog });
}

/** As another process gets it. */
function asSent<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
