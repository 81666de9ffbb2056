import type { Task } from '../plan/task.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';

/** Days that may be replaced by less than what is delivered. */
export type AcceptLess = 'all' | readonly StreamDay[];

export interface StreamDay {
  /** Name of the stream. */
  readonly stream: string;
  readonly day: Day;
}

export function acceptsLess(accept: AcceptLess, { name }: Stream, day: Day): boolean {
  return accept === 'all' || accept.some((one) => one.stream === name && one.day === day);
}

/** A sentence for each day that was named, and that no task reads: nothing will be replaced there. */
export function unreadWarnings(accept: AcceptLess, tasks: readonly Task[]): string[] {
  if (accept === 'all') return [];
  const read = new Set(
    tasks.flatMap(({ stream, partitions }) => partitions.map(({ day }) => `${stream}:${day}`)),
  );
  const named = new Set(accept.map(({ stream, day }) => `${stream}:${day}`));
  const unread = [...named].filter((one) => !read.has(one));
  return unread.map(
    (one) =>
      `--accept-less ${one} has no effect: this run does not read that day. A day outside the window is read with ` +
      '--since and --until, one that is closed or was read a while ago with --full-refresh.',
  );
}
