import type { DayVersions, Source } from '../../../src/catalogue/source.js';
import { isMadeBy } from '../../../src/plan/derived.js';
import { daysOf, isSnapshot, type Task } from '../../../src/plan/task.js';
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
  readonly afterRecords: readonly QueueTask[];
  /** What comes last, once. */
  readonly finish: QueueTask;
}

/** What one worker is to do of a project. */
interface Group extends Pick<QueueTask, 'stage' | 'key'> {
  readonly project: Project;
  readonly tasks: Task[];
}

/**
 * Puts together what one worker is to do: all daily streams of a project, since they share calls; a few days of its request
 * log; and when all of these have been read, what names its things and what is made of readings. Where all that there is to
 * read of a project is read by one worker, that one also makes what is made of it.
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
  const isMade = (task: Task) => isMadeBy(source as Source, streamOf(task));
  const groups = new Map<string, Group>();
  const ofProjects = new Map<string, Set<Group>>();
  const put = (task: Task, { key, stage }: Pick<Group, 'key' | 'stage'>): Group => {
    const group = groups.get(key) ?? { key, stage, project: task.project, tasks: [] };
    groups.set(key, group);
    group.tasks.push(task);
    return group;
  };
  for (const task of tasks.filter((one) => !isMade(one))) {
    const group = put(task, isSnapshot(task) ? afterRecords(task) : ofRecords(task, streamOf(task)));
    const { id } = task.project;
    ofProjects.set(id, (ofProjects.get(id) ?? new Set()).add(group));
  }
  for (const task of tasks.filter(isMade)) {
    const [only, ...others] = ofProjects.get(task.project.id) ?? [];
    put(task, only !== undefined && others.length === 0 ? only : afterRecords(task));
  }
  const all = [...groups.values()].map(
    (group): QueueTask => ({
      ...bare(run),
      ...group,
      about: about(group, isMade),
      versions: versionsOf(group.tasks, versions.get(group.project.id)),
    }),
  );
  return {
    records: all.filter(({ stage }) => stage === 'records'),
    afterRecords: all.filter(({ stage }) => stage === 'after-records'),
    finish: {
      ...bare(run),
      stage: 'finish',
      project: null,
      key: `the end of ${run.id}`,
      about: 'the end of a run',
      projects: [...projects],
      tasks: [],
    },
  };
}

function afterRecords({ project }: Task): Pick<Group, 'key' | 'stage'> {
  return { key: `after the records of ${project.id}`, stage: 'after-records' };
}

function ofRecords({ project, partitions: [{ day }] }: Task, { kind }: Stream): Pick<Group, 'key' | 'stage'> {
  const isLog = kind === 'requests' && day !== null;
  const key = isLog ? `requests of ${project.id} from ${firstOfBlock(day)}` : `daily of ${project.id}`;
  return { key, stage: 'records' };
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

function about({ stage, key, tasks }: Group, isMade: (task: Task) => boolean): string {
  const read = tasks.filter((task) => !isMade(task));
  if (stage === 'after-records') {
    const made = tasks.filter(isMade).map(({ stream }) => stream);
    return [...(read.length > 0 ? ['names', 'keys', 'models'] : []), ...new Set(made)].join(', ');
  }
  const days = daysOf(read);
  const what = key.startsWith('requests') ? 'request log' : 'daily totals';
  return days === undefined ? what : `${what}, ${formatDays(days)}`;
}
