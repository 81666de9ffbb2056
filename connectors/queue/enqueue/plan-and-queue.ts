import { randomUUID } from 'node:crypto';
import { type PlannedRun, type PlanRunOptions, planRun } from '../../../src/deliver/plan-run.js';
import { versionsThatSpare } from '../../../src/deliver/versions.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { QueueRun, QueueTask } from '../tasks/queue-task.js';
import type { TaskQueue } from '../tasks/task-queue.js';
import { queueTasks } from './queue-tasks.js';

/** What was queued of a plan. */
export interface QueuedRun {
  readonly planned: PlannedRun;
  readonly run: QueueRun;
  /** Of the task that comes last. */
  readonly lastId: string;
  /** Tasks that were queued, but for the last one. */
  readonly queued: number;
  /** Tasks of earlier runs that have some of it, by their ids. */
  readonly covering: readonly string[];
}

/** Plans a run and queues what no task has that is queued already. */
export async function planAndQueue(
  options: PlanRunOptions,
  asked: QueueRun['options'],
  queue: TaskQueue,
): Promise<QueuedRun> {
  const { source, streams, lanes, window } = options;
  const alone = lanes.filter(({ sharing }) => sharing === undefined).map(({ name }) => name);
  if (alone.length > 0) {
    throw new ExportError(
      'USAGE',
      `${alone.join(', ')} can be delivered to by one process alone, and not by workers.`,
      {
        kind: 'config',
        hint: 'Name the other sinks with --sink, and let `sync` deliver to this one.',
      },
    );
  }
  const planned = await planRun({ ...options, isReadElsewhere: true });
  const versions = await versionsThatSpare(options, planned.projects);
  const run = { id: randomUUID(), window, options: asked };
  const { records, afterRecords, finish } = queueTasks(
    planned.tasks,
    run,
    source,
    streams,
    versions,
    planned.projects,
  );
  const ofRecords = await queue.add(records);
  const later = await queue.add(await afterOthers(afterRecords, ofRecords.covering, queue));
  const covering = [...ofRecords.covering, ...later.covering];
  const { ids } = await queue.add([{ ...finish, after: covering }]);
  const [lastId] = ids;
  if (lastId === undefined) throw new Error('a run whose last task is queued already');
  await queue.letGo(run.id);
  return { planned, run, lastId, queued: ofRecords.ids.length + later.ids.length, covering };
}

/** What comes after all records of a project comes also after those that other runs read. */
async function afterOthers(
  tasks: readonly QueueTask[],
  covering: readonly string[],
  queue: TaskQueue,
): Promise<readonly QueueTask[]> {
  if (covering.length === 0) return tasks;
  const projects = await queue.look.projectsOf(covering);
  return tasks.map((task) => ({
    ...task,
    after: covering.filter((id) => projects.get(id) === task.project?.id),
  }));
}
