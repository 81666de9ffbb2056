import { randomUUID } from 'node:crypto';
import PgBoss from 'pg-boss';
import { ExportError, type Failure } from '../../../src/errors/export-error.js';
import type { Task } from '../../../src/plan/task.js';
import { Database, type DatabaseContext, type Transaction } from '../../postgres/connection/database.js';
import { grantOverview } from '../../postgres/grants/reader-role.js';
import { DEAD, queueSchema } from '../../postgres/state/queue-place.js';
import type { PostgresStateSettings } from '../../postgres/state/state-type.js';
import { identifier } from '../../postgres/tables/identifier.js';
import { limitsTable } from '../limit/postgres-limit.js';
import { QueueLook } from './queue-look.js';
import {
  constructionOf,
  indexesOf,
  LEASE_SECONDS,
  NOT_YET,
  overviewOf,
  PROJECT_OF,
  QUEUES,
  RUN_OF,
  TASKS,
  tasksTable,
} from './queue-schema.js';
import { type QueueTask, queueTask } from './queue-task.js';
import { uncovered } from './uncovered.js';

/** What became of tasks that were to be queued. */
export interface Queued {
  /** Those that were queued, by their ids. */
  readonly ids: readonly string[];
  /** Tasks that were queued before and have all or a part of it, by their ids. */
  readonly covering: readonly string[];
}

/** A task that this worker has, until it says what became of it or its time is up. */
export interface TakenTask {
  readonly id: string;
  /** Which taking of it this is: another worker that had it before has another number. */
  readonly turn: number;
  readonly task: QueueTask;
}

/** Why a task failed, and what came of it all the same: plain data. */
export type TaskFailure = Failure & { readonly parts?: unknown };

interface QueuedBefore {
  readonly key: string;
  readonly id: string;
  readonly tasks: readonly Task[];
}

/**
 * Tries that a task comes to have where workers vanish with it, since it may be what kills them, or leave it for want of
 * what it takes, since nobody may have that.
 */
const MOST_TRIES = 16;
/** Tasks that are queued with one transaction. */
const BATCH = 500;
const MANY = 100;

/** Tasks of a job in its database: an engine's queue, and what it lacks: stages, renewal, giving back. */
export class TaskQueue {
  readonly schema: string;
  readonly #database: Database;
  readonly #boss: PgBoss;
  readonly #table: string;
  readonly #signal: AbortSignal;
  /** What is there of it, to be looked at. */
  readonly look: QueueLook;

  /** @param signal ends what is waited for */
  constructor(state: PostgresStateSettings, context: DatabaseContext, signal: AbortSignal) {
    this.schema = queueSchema(state.schema);
    if (this.schema.length > MOST_NAME) throw tooLong(state.schema);
    this.#database = new Database({ ...state, schema: this.schema }, context);
    this.#signal = signal;
    this.#table = identifier(this.schema, 'job');
    this.#boss = new PgBoss({
      db: { executeSql: async (sql, values) => ({ rows: await this.#statement(sql, values) }) },
      schema: this.schema,
      supervise: false,
      schedule: false,
    });
    this.look = new QueueLook(this.schema, this.#database, signal);
    this.#boss.on('error', () => {}); // what is asked of it rejects
  }

  /** As messages name it. */
  get where(): string {
    return `${this.#database.where} (schema ${this.schema})`;
  }

  /** Makes what is missing. */
  async start(): Promise<void> {
    if (!(await this.#isInstalled())) {
      const [found] = await this.#statement<{ readonly has: boolean }>(
        'select to_regnamespace($1) is not null as has',
        [this.schema],
      );
      await this.#statement(constructionOf(this.schema, found?.has === true)).catch(async (error) => {
        // Somebody else has made it meanwhile.
        if (!(await this.#isInstalled())) throw error;
      });
    }
    await this.#boss.start();
    for (const queue of QUEUES) await this.#boss.createQueue(queue.name, queue);
    await this.#database.transaction(this.#signal, async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [this.schema]);
      const statements = [...indexesOf(this.schema), limitsTable(this.schema), overviewOf(this.schema)];
      for (const sql of statements) await transaction.query(sql);
      await grantOverview(transaction, this.schema);
    });
  }

  /**
   * Queues what no task has that is there and not done. What waits for others is not to be taken yet: also the rest of what one of
   * the same key has a part of, since what is made of both would be made of the first part alone.
   */
  async add(tasks: readonly QueueTask[]): Promise<Queued> {
    const ids: string[] = [];
    const covering = new Set<string>();
    for (let at = 0; at < tasks.length; at += BATCH) {
      const batch = tasks.slice(at, at + BATCH);
      await this.#database.transaction(this.#signal, async (transaction) => {
        // Done again where the connection broke: what is queued then is found to be there.
        const lock = `deepgram-export queue ${this.schema}`;
        await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
        const queued = await this.#withKeys(
          transaction,
          batch.map(({ key }) => key),
        );
        const jobs = batch.flatMap((task) => {
          const same = queued.get(task.key) ?? [];
          for (const { id } of same) covering.add(id);
          const lacking = uncovered(
            task.tasks,
            same.flatMap((one) => one.tasks),
          );
          return lacking.length === 0 && task.stage !== 'finish'
            ? []
            : [jobOf({ ...task, tasks: [...lacking], after: [...task.after, ...same.map(({ id }) => id)] })];
        });
        if (jobs.length > 0) await this.#boss.insert(jobs, { db: dbOf(transaction) });
        ids.push(...jobs.map(({ id }) => id));
      });
    }
    // Else the server finds the next of many by sorting all of them, until it has counted them by itself.
    if (ids.length >= MANY) await this.#statement(`analyze ${tasksTable(this.schema)}`);
    return { ids, covering: [...covering] };
  }

  /** Takes tasks that may be done now; none where there are none. */
  async take(most: number): Promise<readonly TakenTask[]> {
    let failure: unknown;
    const db = {
      // The engine takes a failure for an empty queue.
      executeSql: async (sql: string, values: unknown[]) => {
        try {
          return { rows: [...(await this.#statement(sql, values))] };
        } catch (error) {
          failure = error;
          throw error;
        }
      },
    };
    const jobs = await this.#boss.fetch(TASKS, { batchSize: most, includeMetadata: true, db });
    if (failure !== undefined) throw failure;
    const taken: TakenTask[] = [];
    const oldestFirst = jobs.toSorted((one, other) => one.createdOn.getTime() - other.createdOn.getTime());
    for (const { id, retryCount: turn, data } of oldestFirst) {
      const parsed = queueTask.safeParse(data);
      if (parsed.success) taken.push({ id, turn, task: parsed.data });
      else await this.fail({ id, turn }, UNREADABLE, { isLasting: true });
    }
    return taken;
  }

  /** Says that these are being worked at; answers with those that are ours no more. */
  async renew<Taken extends Pick<TakenTask, 'id' | 'turn'>>(
    taken: readonly Taken[],
  ): Promise<readonly Taken[]> {
    if (taken.length === 0) return [];
    const held = await this.#statement<{ readonly id: string }>(
      `update ${this.#table} j set started_on = now()
       from unnest($2::uuid[], $3::int[]) as t (id, turn)
       where j.name = $1 and j.id = t.id and j.retry_count = t.turn and j.state = 'active' returning j.id`,
      [TASKS, taken.map(({ id }) => id), taken.map(({ turn }) => turn)],
    );
    const ours = new Set(held.map(({ id }) => id));
    return taken.filter(({ id }) => !ours.has(id));
  }

  /**
   * Done; false where the task is somebody else's now. What was given up of the same is forgotten: of the end of a run, that of
   * every run before that was of no more.
   *
   * @param output plain data
   */
  complete(taken: TakenTask, output: object): Promise<boolean> {
    return this.#end(taken, async (db) => {
      await this.#boss.complete(TASKS, taken.id, output, { db });
      await db.executeSql(
        `delete from ${this.#table} where name = $1 and (data ->> 'key' = $2 or $3 and data ->> 'stage' = 'finish' and ${SERVED})`,
        [DEAD, taken.task.key, taken.task.stage === 'finish', JSON.stringify(taken.task.run.options)],
      );
    });
  }

  /** Failed: to be tried again later, unless it was tried often enough, or trying is of no use. */
  fail(
    taken: Pick<TakenTask, 'id' | 'turn'>,
    failure: TaskFailure,
    { isLasting = false }: { readonly isLasting?: boolean } = {},
  ): Promise<boolean> {
    return this.#end(taken, async (db) => {
      if (isLasting)
        await db.executeSql(
          `update ${this.#table} set retry_limit = retry_count where name = $1 and id = $2`,
          [TASKS, taken.id],
        );
      await this.#boss.fail(TASKS, taken.id, failure, { db });
    });
  }

  /** Leaves it to others, as if it had not been taken. @param delayMs until it may be taken */
  async giveBack(taken: readonly Pick<TakenTask, 'id' | 'turn'>[], delayMs = 0): Promise<void> {
    await this.#statement(
      `update ${this.#table} j
       set state = 'retry', retry_limit = retry_limit + 1, start_after = now() + $4 * interval '1 millisecond'
       from unnest($2::uuid[], $3::int[]) as t (id, turn)
       where j.name = $1 and j.id = t.id and j.retry_count = t.turn and j.state = 'active'`,
      [TASKS, taken.map(({ id }) => id), taken.map(({ turn }) => turn), delayMs],
    );
  }

  /**
   * Leaves to others what this worker does not have what it takes for; gives it up where it was left often enough.
   *
   * @param delayMs until it may be taken
   */
  async leave(taken: Pick<TakenTask, 'id' | 'turn'>, failure: TaskFailure, delayMs: number): Promise<void> {
    const [isLeft] = await this.#statement(
      `select from ${this.#table} where name = $1 and id = $2 and retry_limit < $3`,
      [TASKS, taken.id, MOST_TRIES],
    );
    if (isLeft) await this.giveBack([taken], delayMs);
    else await this.fail(taken, failure, { isLasting: true });
  }

  /** Gives tasks of workers that have vanished to others, and lets go what waits for nobody any more. */
  async tend(): Promise<void> {
    await this.#statement(
      `update ${this.#table} set state = 'retry', retry_limit = retry_limit + 1, start_after = now()
       where name = $1 and state = 'active' and started_on + expire_in < now() and retry_limit < $2`,
      [TASKS, MOST_TRIES],
    );
    await this.#boss.expire();
    await this.letGo();
  }

  /** Lets go what waits for nobody any more, of one run or of all. */
  async letGo(runId?: string): Promise<void> {
    const afterAll = (stages: string, project = '') =>
      `not exists (
         select from ${this.#table} u where u.name = w.name and u.state < 'completed' and ${of('u', RUN_OF)} = ${of('w', RUN_OF)}
           and u.data ->> 'stage' in (${stages}) ${project})`;
    await this.#statement(
      `update ${this.#table} w set start_after = now(), priority = 1
       where w.name = $1 and w.state = 'created' and w.start_after = $2 and ($3::text is null or ${of('w', RUN_OF)} = $3)
         and case w.data ->> 'stage'
           when 'after-records' then ${afterAll("'records'", `and ${of('u', PROJECT_OF)} = ${of('w', PROJECT_OF)}`)}
           when 'finish' then ${afterAll("'records', 'after-records'")}
           else true end
         and not exists (
           select from jsonb_array_elements_text(w.data -> 'after') a (id) join ${this.#table} u on u.id = a.id::uuid
           where u.name = w.name and u.state < 'completed')`,
      [TASKS, NOT_YET, runId ?? null],
    );
  }

  async dispose(): Promise<void> {
    await this.#database.end();
  }

  async #end(
    { id, turn }: Pick<TakenTask, 'id' | 'turn'>,
    end: (db: Required<PgBoss.ConnectionOptions>['db']) => Promise<unknown>,
  ): Promise<boolean> {
    const run = await this.#database.transaction(this.#signal, async (transaction) => {
      const { rows } = await transaction.query<{ readonly run: string }>(
        `select ${RUN_OF} as run from ${this.#table}
         where name = $1 and id = $2 and retry_count = $3 and state = 'active' for update`,
        [TASKS, id, turn],
      );
      if (rows[0] !== undefined) await end(dbOf(transaction));
      return rows[0]?.run;
    });
    if (run === undefined) return false;
    // Only now: of two that end at the same time, the later one sees both.
    await this.letGo(run);
    return true;
  }

  async #withKeys(
    transaction: Transaction,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, readonly QueuedBefore[]>> {
    const { rows } = await transaction.query<QueuedBefore>(
      `select singleton_key as key, id, data -> 'tasks' as tasks from ${this.#table}
       where name = $1 and state < 'completed' and singleton_key = any($2)`,
      [TASKS, keys],
    );
    const byKey = new Map<string, QueuedBefore[]>();
    for (const row of rows) byKey.set(row.key, [...(byKey.get(row.key) ?? []), row]);
    return byKey;
  }

  async #isInstalled(): Promise<boolean> {
    const [found] = await this.#statement<{ readonly is: boolean }>(
      'select to_regclass($1) is not null as is',
      [`${this.schema}.version`],
    );
    return found?.is === true;
  }

  /** A database of the same connections, for what else workers share. */
  get database(): Pick<Database, 'transaction'> {
    return this.#database;
  }

  #statement<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]> {
    return this.#database.statement<Row>(this.#signal, sql, values).then((rows) => [...rows]);
  }
}

function jobOf(data: QueueTask): PgBoss.JobInsert<object> & { readonly id: string } {
  const isFree = data.stage === 'records' && data.after.length === 0;
  const waits = isFree ? {} : { startAfter: NOT_YET, keepUntil: NOT_YET };
  return { id: randomUUID(), name: TASKS, singletonKey: data.key, data, ...waits };
}

function dbOf(transaction: Transaction): PgBoss.Db {
  return {
    executeSql: async (sql, values) => ({ rows: [...(await transaction.query(sql, values)).rows] }),
  };
}

/** The end of a run, given up, that was of no more streams, sinks and projects than one with the options in `$4`. */
const SERVED = ['stream', 'sink', 'project']
  .map((of) => `($4::jsonb -> '${of}' is null or $4::jsonb -> '${of}' = data #> '{run,options,${of}}')`)
  .join(' and ');

/** A column or an expression of a table. */
function of(table: string, expression: string): string {
  return expression.replace('data', `${table}.data`);
}

/** What the engine allows. */
const MOST_NAME = 50;

function tooLong(schema: string): ExportError {
  return new ExportError(
    'CONFIG_INVALID',
    `There is no room for the name of a queue beside the schema ${schema}.`,
    {
      kind: 'config',
      hint: `Give \`state\` a \`schema\` of at most ${MOST_NAME - '_queue'.length} letters.`,
    },
  );
}

const UNREADABLE: Failure = {
  code: 'BUG',
  kind: 'bug',
  message: 'What is queued cannot be understood.',
};

/** Seconds after which a worker has to say again that it is at work. */
export const RENEW_MS = (LEASE_SECONDS * 1_000) / 6;
