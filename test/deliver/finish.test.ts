import { expect, it } from 'vitest';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import type { ClosingReport, RunSoFar } from '../../src/catalogue/sink.js';
import { SinkLane } from '../../src/deliver/sink-lane.js';
import { silentLog } from '../../src/log/log.js';

const signal = new AbortController().signal;

it('says at last what the sink said last, where parts of a run end at the same time', async () => {
  const answers: ((report: ClosingReport) => void)[] = [];
  const finish = () => new Promise<ClosingReport>((resolve) => answers.push(resolve));
  const lane = laneOf(finish);
  const ends = [lane.finish(partOf(1), signal), lane.finish(partOf(2), signal)];

  while (answers.length === 0) await Promise.resolve();
  const asked = answers.length;
  answers[0]?.({ facts: { points: 1 }, notes: [] });
  await ends[0];
  while (answers.length === 1) await Promise.resolve();
  answers[1]?.({ facts: { points: 2 }, notes: [] });
  await Promise.all(ends);

  expect(asked).toBe(1);
  expect(lane.outcome().facts).toEqual({ points: 2 });
});

it('is asked again after it has failed', async () => {
  let asked = 0;
  const lane = laneOf(async () => {
    asked += 1;
    if (asked === 1) throw new Error('not now');
    return { facts: { asked }, notes: [] };
  });

  await Promise.all([lane.finish(partOf(1), signal), lane.finish(partOf(2), signal)]);

  expect(lane.outcome().facts).toEqual({ asked: 2 });
});

function laneOf(finish: () => Promise<ClosingReport>): SinkLane {
  return new SinkLane({
    sink: { ...memorySink(), finish },
    type: 'memory',
    required: true,
    deadlineMs: 60_000,
    log: silentLog,
  });
}

function partOf(records: number): RunSoFar {
  const counts = { partitions: 1, failedPartitions: 0, calls: 0, retries: 0 };
  return { records, ...counts, elapsedMs: 0, isPart: true };
}
