import { expect, it } from 'vitest';
import { ReadingsOfRun } from '../../src/deliver/readings-of-run.js';
import { date, real, required, text } from '../../src/streams/column.js';
import { defineStream } from '../../src/streams/stream.js';

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
