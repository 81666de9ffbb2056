import type { PlannedSource } from '../catalogue/source.js';
import type { DueReason } from '../checkpoints/checkpoints.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import { addDays, type Day, daysThrough } from '../time/day.js';
import type { PlanInput, SinkView } from './plan-input.js';
import type { Task } from './task.js';
import { wantedDays } from './wanted-days.js';

/** True where the source makes the stream of its readings of others, and does not read it. */
export function isMadeBy({ derives = false }: PlannedSource, { derivedFrom }: Stream): boolean {
  return derives && derivedFrom !== undefined;
}

/**
 * Reasons of its own for which a sink is to get a day, also where nothing is read of which it is made. One that has changed, or
 * could be closed and is open, was not made when that was read: the run was asked for other streams, or ended before.
 */
const LACKING: ReadonlySet<DueReason['why']> = new Set([
  'new',
  'missing',
  'window',
  'lost',
  'changed',
  'open',
]);

/**
 * The days of derived streams of which something is read that they are made of, and those that a sink lacks: one task a
 * project, without calls.
 *
 * @param read what is read in this run
 */
export function planDerived(read: readonly Task[], input: PlanInput): readonly Task[] {
  const ofProjects = new Map<string, Task[]>();
  for (const task of read) {
    const tasks = ofProjects.get(task.project.id) ?? [];
    if (tasks.length === 0) ofProjects.set(task.project.id, tasks);
    tasks.push(task);
  }
  return input.streams
    .filter((stream) => isMadeBy(input.source, stream))
    .flatMap((stream) =>
      input.projects.flatMap((project) =>
        planProject(stream, project, ofProjects.get(project.id) ?? [], input),
      ),
    );
}

/** @param read what is read of the project */
function planProject(
  stream: Stream,
  project: Project,
  read: readonly Task[],
  { sinks, window, checkpoints }: PlanInput,
): readonly Task[] {
  const wanting = sinks.filter((sink) => sink.wants(stream));
  const changed = daysRead(read, stream);
  // It gets a day once, and so when what that is made of is read for the last time.
  const waits = ({ appends = false }: SinkView, day: Day) =>
    appends && checkpoints.remembers && !checkpoints.isLastReading(day);
  const reasonFor = (sink: SinkView, day: Day): DueReason | undefined => {
    if (waits(sink, day)) return undefined;
    const reason = checkpoints.dueReason(
      { sink: sink.name, stream: stream.name, projectId: project.id },
      day,
      stream,
    );
    if ('why' in reason) {
      if (LACKING.has(reason.why)) return reason;
    } else if (sink.appends && reason.rests === 'closed') return undefined; // it must not get the day again
    return changed.has(day) ? { why: 'inputs' } : undefined;
  };
  const lacking = new Map<Day, Record<string, DueReason>>();
  const wanted = wantedDays(wanting, stream, project, undefined, { window, checkpoints });
  for (const sink of wanting)
    for (const day of wanted.get(sink.name) ?? []) {
      const reason = reasonFor(sink, day);
      if (reason) lacking.set(day, { ...lacking.get(day), [sink.name]: reason });
    }
  const partitions = [...lacking].sort(([one], [other]) => (one < other ? -1 : 1));
  const [first, ...others] = partitions.map(([day, of]) => ({ day, lacking: of }));
  if (first === undefined) return [];
  return [{ source: stream.source, stream: stream.name, project, partitions: [first, ...others], calls: 0 }];
}

/** Days that are made of what is read. */
function daysRead(read: readonly Task[], { derivedFrom = [], derivedAfter = {} }: Stream): ReadonlySet<Day> {
  const names = new Set(derivedFrom.map(({ name }) => name));
  const days = new Set<Day>();
  for (const { stream, partitions } of read.filter((task) => names.has(task.stream)))
    for (const { day } of partitions)
      if (day !== null)
        for (const one of daysThrough(day, addDays(day, derivedAfter[stream] ?? 0))) days.add(one);
  return days;
}
