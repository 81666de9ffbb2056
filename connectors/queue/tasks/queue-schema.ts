import { createHash } from 'node:crypto';
import PgBoss from 'pg-boss';
import { DEAD, OVERVIEW } from '../../postgres/state/queue-place.js';
import { identifier } from '../../postgres/tables/identifier.js';
import { TASK_VERSION } from './queue-task.js';

/** Tasks that may be taken or wait for others, by their version: who does not know one never takes one. */
export const TASKS = `tasks-v${TASK_VERSION}`;
/** Later than anything: a task that waits for others, until it is let go. */
export const NOT_YET = '9999-01-01T00:00:00Z';

/** A worker that has not said for so long that it is at work is taken for dead. */
export const LEASE_SECONDS = 30;
/** Tries after the first one, each later than the one before: after some 10, 20, 40 and 80 seconds. */
const RETRIES = 4;
const RETRY_SECONDS = 10;
/** Tasks that nobody takes, and those that were given up, are forgotten after so long. */
const RETENTION_MINUTES = 14 * 24 * 60;

/** Of the engine's queues, in the order in which they are made. */
export const QUEUES: readonly PgBoss.Queue[] = [
  { name: DEAD, retentionMinutes: RETENTION_MINUTES } as PgBoss.Queue,
  {
    name: TASKS,
    policy: 'standard',
    retryLimit: RETRIES,
    retryDelay: RETRY_SECONDS,
    retryBackoff: true,
    expireInSeconds: LEASE_SECONDS,
    deadLetter: DEAD,
    // Safe: the engine reads it, and its types have forgotten it.
    ...{ retentionMinutes: RETENTION_MINUTES },
  },
];

/** Makes the tables of the engine. @param hasSchema who may use a schema need not be allowed to make one */
export function constructionOf(schema: string, hasSchema: boolean): string {
  const sql = PgBoss.getConstructionPlans(schema);
  return hasSchema ? sql.replace(/CREATE SCHEMA IF NOT EXISTS \w+\s*;/, '') : sql;
}

/** What the engine looks through in full where there are many tasks: for the next one, those of a run, late ones and dead ones. */
export function indexesOf(schema: string): readonly string[] {
  const on = tasksTable(schema);
  return [
    `create index if not exists tasks_next on ${on} (priority desc, created_on, id) where state < 'active'`,
    `create index if not exists tasks_of_run on ${on} (${RUN_OF}, ${PROJECT_OF}) where state < 'completed'`,
    `create index if not exists tasks_of_key on ${on} (singleton_key) where state < 'completed'`,
    `create index if not exists tasks_given_up on ${on} (${PROJECT_OF}) where state = 'failed'`,
    `create index if not exists tasks_at_work on ${on} (started_on) where state = 'active'`,
  ];
}

/** Where the engine has the tasks. */
export function tasksTable(schema: string): string {
  return identifier(schema, `j${createHash('sha224').update(TASKS).digest('hex')}`);
}

/** The id of a task's run, and that of its project. */
export const RUN_OF = "(data -> 'run' ->> 'id')";
export const PROJECT_OF = "(data -> 'project' ->> 'id')";

/**
 * How many tasks there are, by what becomes of them, for people and their dashboards; of all versions. What only ends a run
 * is no work.
 */
export function overviewOf(schema: string): string {
  return `create or replace view ${identifier(schema, OVERVIEW)} as
     select count(*) filter (where name <> '${DEAD}' and state < 'active') as waiting,
       count(*) filter (where name <> '${DEAD}' and state = 'active') as active,
       count(*) filter (where name <> '${DEAD}' and output is not null) as failing,
       count(*) filter (where name = '${DEAD}') as dead,
       coalesce(extract(epoch from now() - min(created_on) filter (where name <> '${DEAD}')), 0)::double precision
         as oldest_seconds
     from ${identifier(schema, 'job')}
     where state < 'completed' and (name = '${DEAD}' or data ->> 'stage' <> 'finish')`;
}
