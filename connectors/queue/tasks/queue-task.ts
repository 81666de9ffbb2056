import { z } from 'zod';
import type { Task } from '../../../src/plan/task.js';
import { isDay } from '../../../src/time/day.js';

/** What a queue task looks like. Another one has a queue of its own, which programs that do not know it leave alone. */
export const TASK_VERSION = 1;

const day = z.string().refine(isDay);
const project = z.object({ id: z.string(), name: z.string().nullable() });
const lacking = z.record(z.string(), z.object({ why: z.string() }));
const knownOfTask = z.object({
  source: z.string(),
  stream: z.string(),
  project,
  partitions: z.array(z.object({ day: day.nullable(), lacking })).min(1),
  calls: z.number(),
});
/** A task of the plan: what is in `lacking` is the core's, and goes back to it as it came. */
const task = z.custom<Task>((value) => knownOfTask.safeParse(value).success);

/** The run that tasks belong to: what one moment's `enqueue` was asked for. */
const run = z.object({
  id: z.uuid(),
  window: z.object({
    since: day,
    until: day,
    now: z.number(),
    isDefault: z.boolean().exactOptional(),
    isByHand: z.boolean().exactOptional(),
  }),
  /** What the command line said of it, as `sync` has these options; left out where it did not. */
  options: z.object({
    stream: z.array(z.string()).exactOptional(),
    sink: z.array(z.string()).exactOptional(),
    project: z.array(z.string()).exactOptional(),
    acceptLess: z.array(z.string()).exactOptional(),
    fullRefresh: z.boolean().exactOptional(),
    wantsCosts: z.boolean().exactOptional(),
  }),
});

export const queueTask = z.object({
  version: z.literal(TASK_VERSION),
  run,
  /**
   * When it may be taken: `records` at once, `after-records` when all records of its project in this run have been read, and
   * `finish` when all of the run has.
   */
  stage: z.enum(['records', 'after-records', 'finish']),
  /** Tasks that have the same one read the same kind of thing of the same days: what one of them has, no other gets. */
  key: z.string(),
  /** What it reads, in a word or two: people see it. */
  about: z.string(),
  /** Null for the last one, which is about all of them. */
  project: project.nullable(),
  /** Those of the run, for the last one. */
  projects: z.array(project),
  /** Tasks of earlier runs that have to have ended too, by their ids: those that have a part of it, or of what it comes after. */
  after: z.array(z.uuid()),
  tasks: z.array(task),
  /** What the source says of days of the project: the same text twice means that nothing is new. See `DayVersions`. */
  versions: z.record(day, z.string()),
});

/** Work for one worker, as it is stored: plain data. */
export type QueueTask = z.output<typeof queueTask>;

export type QueueRun = QueueTask['run'];
