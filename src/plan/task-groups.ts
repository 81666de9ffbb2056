import type { Task } from './task.js';

/**
 * Tasks of a project that are carried out together, since they share what the source knows of it: each day of a stream that
 * takes a task a day by itself, and all else of the project.
 */
export function groupTasks(tasks: readonly Task[]): readonly (readonly Task[])[] {
  const days = new Map<string, number>();
  for (const task of tasks) days.set(keyOf(task), (days.get(keyOf(task)) ?? 0) + 1);
  const groups: Task[][] = [];
  const rests = new Map<string, Task[]>();
  for (const task of tasks) {
    if ((days.get(keyOf(task)) ?? 0) > 1) {
      groups.push([task]);
      continue;
    }
    const rest = rests.get(task.project.id) ?? [];
    if (rest.length === 0) groups.push(rest);
    rests.set(task.project.id, rest);
    rest.push(task);
  }
  return groups;
}

function keyOf({ stream, project }: Task): string {
  return JSON.stringify([stream, project.id]);
}
