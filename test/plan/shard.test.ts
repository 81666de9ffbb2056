import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shardFor } from '../../src/cli/options/shard-option.js';
import type { Plan } from '../../src/plan/plan.js';
import { isOfShard, shardOf } from '../../src/plan/shard.js';
import type { Task } from '../../src/plan/task.js';
import { addDays, type Day } from '../../src/time/day.js';

const day = fc.nat(4_000).map((days): Day => addDays('2015-01-01', days));
const dayOrNone = fc.oneof(day, fc.constant(null));
const projectId = fc.oneof(fc.uuid(), fc.string());
const count = fc.integer({ min: 1, max: 40 });
const shards = (of: number) => Array.from({ length: of }, (_, at) => ({ number: at + 1, of }));

const partitions = fc.uniqueArray(dayOrNone, { minLength: 1, maxLength: 12 });
const task = fc.record({ projectId, stream: fc.constantFrom('requests', 'usage'), partitions }).map(
  ({ projectId: id, stream, partitions: [first = null, ...others] }): Task => ({
    source: 'deepgram',
    stream,
    project: { id, name: null },
    partitions: [partitionOf(first), ...others.map(partitionOf)],
    calls: 1,
  }),
);
const days = fc.record({ projectId, days: fc.uniqueArray(day, { minLength: 1 }) }).map((one) => ({
  sink: 'archive',
  stream: 'requests',
  project: { id: one.projectId, name: null },
  days: one.days,
}));
const plan = fc.record({ tasks: fc.array(task), gone: fc.array(days) }).map(
  ({ tasks, gone }): Plan => ({
    tasks,
    lost: gone.map((one) => ({ ...one, oldest: undefined })),
    kept: [],
    resting: gone.map((one) => ({ ...one, rests: 'kept-back' as const })),
  }),
);

function partitionOf(of: Day | null) {
  return { day: of, lacking: { archive: { why: 'new' as const } } };
}

describe('a shard', () => {
  it('has every day of a project, or what has no day, in exactly one of its number', () => {
    fc.assert(
      fc.property(projectId, dayOrNone, count, (id, of, n) => {
        const owners = shards(n).filter((shard) => isOfShard(shard, id, of));

        expect(owners).toHaveLength(1);
      }),
    );
  });

  it('has what it has whatever else is planned, and of all of them the plan comes together', () => {
    fc.assert(
      fc.property(plan, fc.integer({ min: 1, max: 7 }), (whole, n) => {
        const cut = shards(n).map((shard) => shardOf(whole, shard));

        expect(cut.flatMap(partitionsIn).sort()).toEqual(partitionsIn(whole).sort());
        for (const shard of shards(n)) {
          const alone = whole.tasks.flatMap((one) =>
            partitionsIn(shardOf({ ...whole, tasks: [one] }, shard)),
          );
          expect(alone.filter(isTask).sort()).toEqual(
            partitionsIn(shardOf(whole, shard)).filter(isTask).sort(),
          );
        }
      }),
    );
  });

  it('is the same on every machine, and in every version', () => {
    const owners = ['2026-11-18', '2026-11-19', '2026-11-20', null].map((of) =>
      shards(3).find((shard) => isOfShard(shard, 'p-1', of)),
    );

    expect(owners.map((shard) => shard?.number)).toEqual([3, 2, 3, 2]);
  });

  it('has about as much as the others', () => {
    const sizes = shards(7).map(
      (shard) =>
        Array.from({ length: 2_000 }, (_, at) => addDays('2020-01-01', at)).filter((of) =>
          isOfShard(shard, 'p-1', of),
        ).length,
    );

    for (const size of sizes) expect(size).toBeGreaterThan(200);
  });
});

describe('--shard', () => {
  it.each([
    ['1/1', { number: 1, of: 1 }],
    ['2/3', { number: 2, of: 3 }],
    ['0+1/3', { number: 1, of: 3 }],
    ['2+1/3', { number: 3, of: 3 }],
  ])('%s', (text, shard) => {
    expect(shardFor(text)).toEqual(shard);
  });

  it.each([
    ['x', '--shard must be I/N, such as 2/3: the second of three parts.'],
    ['1', '--shard must be I/N, such as 2/3: the second of three parts.'],
    ['1/x', '--shard must be I/N, such as 2/3: the second of three parts.'],
    ['-1/3', '--shard must be I/N, such as 2/3: the second of three parts.'],
    ['1.5/3', '--shard must be I/N, such as 2/3: the second of three parts.'],
    ['4/3', '--shard 4/3: the parts are 1/3 to 3/3.'],
    ['0/2', '--shard 0/2: the parts are 1/2 to 2/2.'],
    ['3+1/3', '--shard 3+1/3: the parts are 1/3 to 3/3.'],
    ['2/1', '--shard 2/1: the only part is 1/1.'],
    ['1/0', '--shard 1/0: there can be 1 to 10,000 parts.'],
    ['1/10001', '--shard 1/10001: there can be 1 to 10,000 parts.'],
  ])('%s is refused', (text, message) => {
    expect(() => shardFor(text)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
  });
});

/** Each partition and day, as text. */
function partitionsIn({ tasks, lost, resting }: Plan): string[] {
  return [
    ...tasks.flatMap((one) =>
      one.partitions.map((of) => JSON.stringify(['task', one.stream, one.project.id, of.day])),
    ),
    ...lost.flatMap((one) => one.days.map((of) => JSON.stringify(['lost', one.project.id, of]))),
    ...resting.flatMap((one) => one.days.map((of) => JSON.stringify(['resting', one.project.id, of]))),
  ];
}

function isTask(text: string): boolean {
  return text.startsWith('["task"');
}
