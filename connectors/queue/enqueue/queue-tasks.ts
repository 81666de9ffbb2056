import type { DayVersions, Source } from '../../../src/catalogue/source.js';
import { isMadeBy } from '../../../src/plan/derived.js';
import { daysOf, type Task } from '../../../src/plan/task.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { addDays, type Day, formatDays, startOfDay } from '../../../src/time/day.js';
import { type QueueRun, type QueueTask, TASK_VERSION } from '../tasks/queue-task.js';

/** Days of a request log that one worker reads: each is a task of its own, and a busy one takes long. */
const DAYS_OF_RECORDS = 3;
const DAY_MS = 86_400_000;

/** Tasks of a plan, put together for workers: in the order in which they may be taken. */
export interface QueueTasks {
  readonly records: readonly QueueTask[];
  readonly names: readonly QueueTask[];
  /** What comes last, once. */
  readonly finish: QueueTask;
}

/**
 * Puts together what one worker is to read: all daily streams of a project, since they share calls; a few days of its
 * request log; what names its things. What is made of readings is made at the end.
 */
export function queueTasks(
  tasks: readonly Task[],
  run: QueueRun,
  source: Pick<Source, 'derives'>,
  streams: readonly Stream[],
  versions: DayVersions,
  projects: readonly Project[],
): QueueTasks {
  const kinds = new Map(streams.map((stream) => [stream.name, stream]));
  const streamOf = (task: Task): Stream => {
    const stream = kinds.get(task.stream);
    if (stream === undefined) throw new Error(`a task of ${task.stream}, which was not asked for`);
    return stream;
  };
  const groups = new Map<string, { stage: QueueTask['stage']; project: Project; tasks: Task[] }>();
  const last: Task[] = [];
  for (const task of tasks) {
    const stream = streamOf(task);
    if (isMadeBy(source as Source, stream)) {
      last.push(task);
      continue;
    }
    const [{ day }] = task.partitions;
    const stage = day === null ? 'names' : 'records';
    const block = day !== null && stream.kind === 'requests' ? ` from ${firstOfBlock(day)}` : '';
    const kind = day === null ? 'names' : stream.kind === 'requests' ? 'requests' : 'daily';
    const key = `${kind} of ${task.project.id}${block}`;
    const group = groups.get(key) ?? { stage, project: task.project, tasks: [] };
    groups.set(key, group);
    group.tasks.push(task);
  }
  const all = [...groups].map(
    ([key, group]): QueueTask => ({
      ...bare(run),
      ...group,
      key,
      about: about(key, group.tasks),
      versions: versionsOf(group.tasks, versions.get(group.project.id)),
    }),
  );
  return {
    records: all.filter(({ stage }) => stage === 'records'),
    names: all.filter(({ stage }) => stage === 'names'),
    finish: {
      ...bare(run),
      stage: 'finish',
      project: null,
      key: `the end of ${run.id}`,
      about: 'the end of a run',
      projects: [...projects],
      tasks: last,
    },
  };
}

/** The same for every plan, so that a day is in one block whenever it is planned. */
function firstOfBlock(day: Day): Day {
  const number = Math.floor(startOfDay(day) / DAY_MS);
  return addDays(day, -(number % DAYS_OF_RECORDS));
}

function bare(run: QueueRun): Pick<QueueTask, 'version' | 'run' | 'after' | 'versions' | 'projects'> {
  return { version: TASK_VERSION, run, after: [], versions: {}, projects: [] };
}

function versionsOf(
  tasks: readonly Task[],
  versions: ReadonlyMap<Day, string> = new Map(),
): Readonly<Record<Day, string>> {
  const days = tasks.flatMap(({ partitions }) => partitions.flatMap(({ day }) => day ?? []));
  return Object.fromEntries(
    days.flatMap((day) => {
      const version = versions.get(day);
      return version === undefined ? [] : [[day, version]];
    }),
  );
}

function about(key: string, tasks: readonly Task[]): string {
  const days = daysOf(tasks);
  if (days === undefined) return 'names, keys and models';
  return `${key.startsWith('requests') ? 'request log' : 'daily totals'}, ${formatDays(days)}`;
}
