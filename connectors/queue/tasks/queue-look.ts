import type { QueueSoFar } from '../../../src/catalogue/sink.js';
import type { Database } from '../../postgres/connection/database.js';
import { OVERVIEW } from '../../postgres/state/queue-place.js';
import { identifier } from '../../postgres/tables/identifier.js';
import { PROJECT_OF, RUN_OF, TASKS } from './queue-schema.js';
import type { QueueTask } from './queue-task.js';

/** What became of a task. */
export interface EndedTask {
  readonly id: string;
  readonly task: QueueTask;
  /** What `TaskQueue.complete` or `TaskQueue.fail` was given; something else where a worker has vanished with it. */
  readonly output: unknown;
  /** True where it was given up. */
  readonly isDead: boolean;
}

/** What is in a queue, and what became of what was; changes nothing. */
export class QueueLook {
  readonly #schema: string;
  readonly #table: string;
  readonly #database: Pick<Database, 'statement'>;
  readonly #signal: AbortSignal;

  constructor(schema: string, database: Pick<Database, 'statement'>, signal: AbortSignal) {
    this.#schema = schema;
    this.#table = identifier(schema, 'job');
    this.#database = database;
    this.#signal = signal;
  }

  /** True where no task is left, also none that others have. */
  async isEmpty(): Promise<boolean> {
    const [row] = await this.#statement<{ readonly is: boolean }>(
      `select not exists (select from ${this.#table} where name = $1 and state < 'completed') as is`,
      [TASKS],
    );
    return row?.is === true;
  }

  async counts(): Promise<QueueSoFar> {
    const [row] = await this.#statement<Record<string, string | number>>(
      `select * from ${identifier(this.#schema, OVERVIEW)}`,
    );
    const number = (name: string) => Number(row?.[name] ?? 0);
    return {
      waiting: number('waiting'),
      active: number('active'),
      failing: number('failing'),
      dead: number('dead'),
      oldestMs: number('oldest_seconds') * 1_000,
    };
  }

  /** What became of a task; undefined while that is not known, or known no more. */
  async ended(id: string): Promise<EndedTask | undefined> {
    const [one] = await this.#ended('id = $2', id);
    return one;
  }

  /** What became of those tasks of a run that have ended, and of these others. */
  outcomes(runId: string, others: readonly string[]): Promise<readonly EndedTask[]> {
    return this.#ended(`(${RUN_OF} = $2 or id = any($3::uuid[]))`, runId, others);
  }

  /** Tasks of a project that were given up: those of a run, and these others. */
  givenUp(runId: string, projectId: string, others: readonly string[]): Promise<readonly EndedTask[]> {
    return this.#statement<EndedTask>(
      `select id, data as task, output, true as "isDead" from ${this.#table}
       where name = $1 and state = 'failed' and ${PROJECT_OF} = $3 and (${RUN_OF} = $2 or id = any($4::uuid[]))`,
      [TASKS, runId, projectId, others],
    );
  }

  /** Ids of the projects that tasks are of. */
  async projectsOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#statement<{ readonly id: string; readonly project: string }>(
      `select id, ${PROJECT_OF} as project from ${this.#table} where name = $1 and id = any($2::uuid[])`,
      [TASKS, ids],
    );
    return new Map(rows.map(({ id, project }) => [id, project]));
  }

  /** Tasks of a run that have not ended. */
  async left(runId: string, others: readonly string[]): Promise<number> {
    const [row] = await this.#statement<{ readonly left: string }>(
      `select count(*) as left from ${this.#table}
       where name = $1 and state < 'completed' and (${RUN_OF} = $2 or id = any($3::uuid[]))`,
      [TASKS, runId, others],
    );
    return Number(row?.left ?? 0);
  }

  async #ended(which: string, ...values: readonly unknown[]): Promise<readonly EndedTask[]> {
    const select = (table: string) =>
      `select id, data as task, output, state = 'failed' as "isDead" from ${identifier(this.#schema, table)}
       where name = $1 and ${which} and state in ('completed', 'failed')`;
    return this.#statement<EndedTask>(`${select('job')} union all ${select('archive')}`, [TASKS, ...values]);
  }

  #statement<Row extends object>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return this.#database.statement<Row>(this.#signal, sql, values);
  }
}
