import type { Task, TaskPartition } from '../../../src/plan/task.js';

/** What of these tasks none of the others has: for each partition, the sinks that lack it and are not served by them. */
export function uncovered(tasks: readonly Task[], others: readonly Task[]): readonly Task[] {
  const served = new Map<string, Set<string>>();
  for (const { stream, project, partitions } of others)
    for (const { day, lacking } of partitions) {
      const name = JSON.stringify([stream, project.id, day]);
      const sinks = served.get(name) ?? new Set();
      served.set(name, sinks);
      for (const sink of Object.keys(lacking)) sinks.add(sink);
    }
  if (served.size === 0) return tasks;
  return tasks.flatMap((task) => {
    const left = task.partitions.flatMap((partition): TaskPartition[] => {
      const by = served.get(JSON.stringify([task.stream, task.project.id, partition.day]));
      if (by === undefined) return [partition];
      const lacking = Object.entries(partition.lacking).filter(([sink]) => !by.has(sink));
      return lacking.length === 0 ? [] : [{ day: partition.day, lacking: Object.fromEntries(lacking) }];
    });
    const [first, ...rest] = left;
    if (first === undefined) return [];
    const isWhole =
      left.length === task.partitions.length && left.every((one, at) => one === task.partitions[at]);
    return [isWhole ? task : { ...task, partitions: [first, ...rest] }];
  });
}
