import type { Source } from '../catalogue/source.js';
import type { Checkpoints } from '../checkpoints/checkpoints.js';
import { formatRanges, rangesOf } from '../checkpoints/day-ranges.js';
import { calledPartition } from '../streams/partition.js';
import { formatCount } from '../text/text-table.js';
import type { Day } from '../time/day.js';
import type { DaysOfSink, Plan } from './plan.js';
import type { Task } from './task.js';

/** Marks days that are lost for good; answers those that were not known to be, which are told once. */
export function markLost(
  { lost }: Pick<Plan, 'lost'>,
  checkpoints: Pick<Checkpoints, 'markLost'>,
): readonly DaysOfSink[] {
  return lost
    .map((one) => {
      const key = { sink: one.sink, stream: one.stream, projectId: one.project.id };
      return { ...one, days: checkpoints.markLost(key, one.days) };
    })
    .filter(({ days }) => days.length > 0);
}

/**
 * What the user should know before anything is read: what sinks were given and do not hold any more, days that are lost
 * for good, and days that are kept.
 */
export function planWarnings(
  { tasks, kept }: Pick<Plan, 'tasks' | 'kept'>,
  lost: readonly DaysOfSink[],
  source: Pick<Source, 'name'>,
): readonly string[] {
  return [
    ...missingWarnings(tasks),
    ...grouped(lost).map(
      ({ subject, oldest, days, sinks }) =>
        `${subject}: ${days} cannot be read any more, since ${source.name} only goes back to ${oldest}, ` +
        `and is lost for good to ${sinks}. What an earlier run exported stays; an NDJSON archive that has these days ` +
        'can be replayed.',
    ),
    ...grouped(kept).map(
      ({ subject, days, sinks }) =>
        `${subject}: ${sinks} keeps ${days}, as of a later reading than the one in ${source.name}. To have these days ` +
        `replaced all the same, first run \`deepgram-export state forget ${sinks.replaceAll(', ', ' ')}\`.`,
    ),
  ];
}

/** A sentence a sink, with its first such partition as an example. */
function missingWarnings(tasks: readonly Task[]): string[] {
  const missing = new Map<string, { first: string; count: number }>();
  for (const { stream, project, partitions } of tasks)
    for (const { day, lacking } of partitions)
      for (const [sink, { why }] of Object.entries(lacking)) {
        if (why !== 'missing') continue;
        const first = calledPartition(stream, project, day);
        const known = missing.get(sink) ?? { first, count: 0 };
        missing.set(sink, { ...known, count: known.count + 1 });
      }
  return [...missing].map(
    ([sink, { first, count }]) =>
      `${sink}: ${first}${count > 1 ? `, and ${formatCount(count - 1)} more,` : ''} was delivered and is not there any ` +
      'more, or not as it was delivered; it is delivered again.',
  );
}

/** Sinks of a stream and project that have the same days together: `2026-11-01 to 2026-11-03` and `archive, tableau`. */
function grouped(all: readonly DaysOfSink[]) {
  const groups = new Map<string, { subject: string; oldest: Day | undefined; days: string; sinks: string }>();
  for (const { sink, stream, project, days, oldest } of all) {
    const subject = calledPartition(stream, project, null);
    const ranges = formatRanges(rangesOf(days));
    const key = JSON.stringify([stream, project.id, ranges]);
    const others = groups.get(key)?.sinks;
    const sinks = others === undefined ? sink : `${others}, ${sink}`;
    groups.set(key, { subject, oldest, days: ranges, sinks });
  }
  return [...groups.values()];
}
