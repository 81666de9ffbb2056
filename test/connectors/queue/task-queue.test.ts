import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseUrl } from '../../../connectors/postgres/connection/database-url.js';
import type { QueueRun, QueueTask } from '../../../connectors/queue/tasks/queue-task.js';
import { type TakenTask, TaskQueue } from '../../../connectors/queue/tasks/task-queue.js';
import type { Failure } from '../../../src/errors/export-error.js';
import { silentLog } from '../../../src/log/log.js';
import { daysOf, type Task } from '../../../src/plan/task.js';
import { systemClock } from '../../../src/time/clock.js';
import { hasPostgres, postgresServer, type TestDatabase } from '../postgres/postgres-server.js';

const MINUTE = '1 minute';
const TRANSIENT: Failure = { code: 'HTTP_STATUS', kind: 'transient', message: 'answered 503' };

describe.skipIf(!hasPostgres)('a queue of tasks', () => {
  it('gives a task to one worker, and what it left to who asks for the run', async () => {
    const { queue } = await world();
    const run = runOf();
    await queue.add([records(run, 'p-1')]);

    const [one, none] = [await queue.take(4), await queue.take(4)];
    const isOurs = await queue.complete(only(one), { records: 7 });

    expect(one.map(({ task }) => task)).toEqual([records(run, 'p-1')]);
    expect(none).toEqual([]);
    expect(isOurs).toBe(true);
    expect(await queue.look.outcomes(run.id, [])).toMatchObject([{ output: { records: 7 }, isDead: false }]);
    expect(await queue.look.counts()).toMatchObject({ waiting: 0, active: 0, dead: 0, oldestMs: 0 });
  });

  it('is made by whoever comes first, also where many come at once', async () => {
    const { database } = await world({ start: false });

    const queues = await Promise.all(Array.from({ length: 4 }, () => queueIn(database)));
    await Promise.all(queues.map((queue) => queue.start()));

    await queues[0]?.add([records(runOf(), 'p-1')]);
    expect(await queues[3]?.take(1)).toHaveLength(1);
  });

  it('queues nothing twice: of what is queued already, only what that lacks', async () => {
    const { queue } = await world();
    const [first, second] = [runOf(), runOf()];
    const { ids } = await queue.add([records(first, 'p-1', ['2026-11-18', '2026-11-19'])]);
    const [taken] = await queue.take(1);

    const again = await queue.add([
      records(second, 'p-1', ['2026-11-18', '2026-11-19', '2026-11-20']),
      records(second, 'p-2'),
    ]);
    const same = await queue.add([records(second, 'p-1', ['2026-11-19'])]);

    expect(again).toMatchObject({ covering: ids, ids: [expect.any(String), expect.any(String)] });
    expect(same.ids).toEqual([]);
    const alone = await queue.take(4);
    await queue.complete(only([taken]), {});
    await queue.tend();
    const left = [...alone, ...(await queue.take(4))].map(({ task }) => [
      task.project?.id,
      daysOf(task.tasks),
    ]);
    expect(left.sort()).toEqual([
      ['p-1', { since: '2026-11-20', until: '2026-11-20' }],
      ['p-2', { since: '2026-11-20', until: '2026-11-20' }],
    ]);
    // What is done may be wanted again.
    expect((await queue.add([records(second, 'p-1', ['2026-11-18'])])).ids).toHaveLength(1);
  });

  it('queues of a partition what another sink lacks', async () => {
    const { queue } = await world();
    const [first, second] = [runOf(), runOf()];
    await queue.add([records(first, 'p-1', ['2026-11-19'], ['archive'])]);

    await queue.add([records(second, 'p-1', ['2026-11-19'], ['archive', 'tableau'])]);

    const before = await queue.take(4);
    for (const one of before) await queue.complete(one, {});
    await queue.tend();
    const rest = await queue.take(4);
    const sinksOf = ({ task }: TakenTask) => Object.keys(task.tasks[0]?.partitions[0].lacking ?? {});
    expect([before, rest].map((taken) => taken.map(sinksOf))).toEqual([[['archive']], [['tableau']]]);
  });

  it('keeps what a task lacks back for the ones that have a part of it, also where these are given up', async () => {
    const { queue } = await world();
    const days = ['2026-11-18', '2026-11-19', '2026-11-20'];
    for (const upTo of [1, 2, 3]) await queue.add([records(runOf(), 'p-1', days.slice(0, upTo))]);

    const taken: string[] = [];
    for (const _ of days) {
      const [one, ...others] = await queue.take(4);
      taken.push(...[one, ...others].map((each) => daysOf(each?.task.tasks ?? [])?.since ?? 'none'));
      if (one) await queue.fail(one, TRANSIENT, { isLasting: true });
      await queue.tend();
    }

    expect(taken).toEqual(days);
  });

  it('keeps names back until the records of their project have ended, and the last task until all have', async () => {
    const { queue } = await world();
    const run = runOf();
    const tasks = [
      records(run, 'p-1'),
      records(run, 'p-2'),
      names(run, 'p-1'),
      names(run, 'p-2'),
      finish(run),
    ];
    await queue.add(tasks);

    const order: string[][] = [];
    for (;;) {
      const taken = await queue.take(4);
      if (taken.length === 0) break;
      const named = taken.map((one) => ({ ...one, name: nameOf(one) }));
      named.sort((one, other) => (one.name < other.name ? -1 : 1)); // one after the other: p-2 ends later
      order.push(named.map(({ name }) => name));
      for (const one of named) {
        await queue.complete(one, {});
        if (one.task.project?.id === 'p-1' && one.task.stage === 'records') {
          const between = await queue.take(4);
          order.push(between.map(nameOf));
          for (const name of between) await queue.complete(name, {});
        }
      }
    }

    expect(order).toEqual([
      ['records p-1', 'records p-2'],
      ['after-records p-1'],
      ['after-records p-2'],
      ['finish'],
    ]);
  });

  it('keeps the last task back for tasks of other runs that have some of its work', async () => {
    const { queue } = await world();
    const [first, second] = [runOf(), runOf()];
    const { ids } = await queue.add([records(first, 'p-1')]);
    const [taken] = await queue.take(1);
    await queue.add([finish(second, ids)]);

    await queue.tend();
    const before = await queue.take(1);
    await queue.complete(only([taken]), {});
    await queue.tend();

    expect(before).toEqual([]);
    expect(await queue.take(1)).toMatchObject([{ task: { stage: 'finish' } }]);
  });

  it('gives the task of a worker that has vanished to another one, and tells the first that it is not its own', async () => {
    const { queue, database } = await world();
    const run = runOf();
    await queue.add([records(run, 'p-1')]);
    const first = only(await queue.take(1));

    await passes(database, MINUTE);
    await queue.tend();
    const second = only(await queue.take(1));

    expect(await queue.renew([first])).toEqual([first]);
    expect(await queue.renew([second])).toEqual([]);
    expect(await queue.complete(first, { by: 'first' })).toBe(false);
    expect(await queue.fail(first, TRANSIENT)).toBe(false);
    expect(await queue.complete(second, { by: 'second' })).toBe(true);
    expect(await queue.look.outcomes(run.id, [])).toMatchObject([{ output: { by: 'second' } }]);
  });

  it('leaves a task to who says that he is at it, however long it takes', async () => {
    const { queue, database } = await world();
    await queue.add([records(runOf(), 'p-1')]);
    const taken = only(await queue.take(1));

    for (let round = 0; round < 3; round += 1) {
      await passes(database, '20 seconds');
      await queue.renew([taken]);
      await queue.tend();
    }

    expect(await queue.take(1)).toEqual([]);
    expect(await queue.complete(taken, {})).toBe(true);
  });

  it('tries again what failed, later each time, and then gives it up', async () => {
    const { queue, database } = await world();
    const run = runOf();
    await queue.add([records(run, 'p-1'), finish(run)]);

    const waits: number[] = [];
    for (;;) {
      const [taken] = await queue.take(1);
      if (taken === undefined || taken.task.stage === 'finish') break;
      await queue.fail(taken, TRANSIENT);
      expect(await queue.take(1)).toEqual(waits.length === 4 ? [expect.anything()] : []);
      if (waits.length === 4) break;
      const [row] = await database.sql<{ seconds: string }>(
        "select extract(epoch from start_after - now()) as seconds from deepgram_state_queue.job where state = 'retry'",
      );
      waits.push(Number(row?.seconds));
      await passes(database, '1 hour');
    }

    expect(waits).toHaveLength(4);
    for (const [nth, seconds] of waits.entries()) {
      expect(seconds).toBeGreaterThan(9 * 2 ** nth);
      expect(seconds).toBeLessThan(21 * 2 ** nth);
    }
    expect(await queue.look.counts()).toMatchObject({ dead: 1 });
    expect(await queue.look.outcomes(run.id, [])).toMatchObject([{ isDead: true, output: TRANSIENT }]);
  });

  it('gives up at once what no other try can mend', async () => {
    const { queue } = await world();
    await queue.add([records(runOf(), 'p-1')]);

    await queue.fail(only(await queue.take(1)), TRANSIENT, { isLasting: true });

    expect(await queue.look.counts()).toMatchObject({ waiting: 0, dead: 1 });
  });

  it('takes back what a worker leaves, as often as that is, and it has as many tries as before', async () => {
    const { queue, database } = await world();
    await queue.add([records(runOf(), 'p-1')]);

    for (let round = 0; round < 10; round += 1) await queue.giveBack(await queue.take(1));
    for (let failures = 0; failures < 4; failures += 1) {
      await queue.fail(only(await queue.take(1)), TRANSIENT);
      await passes(database, '10 days');
    }

    expect(await queue.look.counts()).toMatchObject({ waiting: 1, dead: 0 });
    await queue.fail(only(await queue.take(1)), TRANSIENT);
    expect(await queue.look.counts()).toMatchObject({ waiting: 0, dead: 1 });
  });

  it('forgets that the end of a run was given up when a later one of as much or more has ended', async () => {
    const { queue } = await world();
    const endOf = async (options: QueueRun['options']) => {
      const run = { ...runOf(), options };
      await queue.add([
        { ...records(run, 'p-1'), stage: 'finish', key: `the end of ${run.id}`, project: null, tasks: [] },
      ]);
      await queue.letGo(run.id);
      return only(await queue.take(1));
    };
    const givenUp = async (options: QueueRun['options']) =>
      queue.fail(await endOf(options), TRANSIENT, { isLasting: true });
    const dead = async () => (await queue.look.counts()).dead;
    await givenUp({});
    await givenUp({ sink: ['archive'] });
    await givenUp({ sink: ['archive'], acceptLess: ['usage'] });

    await queue.complete(await endOf({ sink: ['archive'] }), {});
    const afterOne = await dead();
    await queue.complete(await endOf({ sink: ['tables'] }), {});
    const afterAnother = await dead();
    await queue.complete(await endOf({}), {});

    expect([afterOne, afterAnother, await dead()]).toEqual([1, 1, 0]);
  });

  it('gives up what worker after worker leaves for want of what it takes', async () => {
    const { queue } = await world();
    const run = runOf();
    await queue.add([records(run, 'p-1')]);
    const lacking: Failure = { code: 'CONFIG_INVALID', kind: 'config', message: 'has no tableau' };

    let times = 0;
    for (let taken = await queue.take(1); taken.length > 0; taken = await queue.take(1)) {
      times += 1;
      await queue.leave(only(taken), lacking, 0);
    }

    expect(times).toBe(13);
    expect(await queue.look.outcomes(run.id, [])).toMatchObject([{ isDead: true, output: lacking }]);
  });

  it('leaves tasks of another version alone, for who knows them', async () => {
    const { queue, database } = await world();
    await queue.add([records(runOf(), 'p-1')]);
    await database.sql(
      `select deepgram_state_queue.create_queue('tasks-v2', '{"policy":"standard"}');
       insert into deepgram_state_queue.job (name, data) values ('tasks-v2', '{"version": 2}')`,
    );

    const taken = await queue.take(10);

    expect(taken).toHaveLength(1);
    expect(
      await database.sql("select state, retry_count from deepgram_state_queue.job where name = 'tasks-v2'"),
    ).toEqual([{ state: 'created', retry_count: 0 }]);
  });

  it('says of what it cannot understand that it is given up, and gives the others', async () => {
    const { queue, database } = await world();
    await database.sql(
      `insert into deepgram_state_queue.job (name, data, dead_letter) values ('tasks-v1', '{"version": 1}', 'dead')`,
    );
    await queue.add([records(runOf(), 'p-1')]);

    expect(await queue.take(4)).toHaveLength(1);
    expect(await queue.look.counts()).toMatchObject({ active: 1, dead: 1 });
  });

  it('goes on where the server was restarted meanwhile', async () => {
    const { queue, database } = await world();
    await queue.add([records(runOf(), 'p-1')]);
    const taken = only(await queue.take(1));

    await database.server.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}'`,
    );

    expect(await queue.renew([taken])).toEqual([]);
    expect(await queue.complete(taken, {})).toBe(true);
  });
});

async function world({ start = true } = {}) {
  const database = await (await postgresServer()).database();
  onTestFinished(() => database.drop());
  const queue = queueIn(database);
  if (start) await queue.start();
  return { queue, database };
}

function queueIn(database: TestDatabase): TaskQueue {
  const state = { url: databaseUrl().parse(database.url), schema: 'deepgram_state', tls: undefined };
  const context = { clock: systemClock, cwd: '/', env: {}, log: silentLog, name: 'queue' };
  const queue = new TaskQueue(state, context, new AbortController().signal);
  onTestFinished(() => queue.dispose());
  return queue;
}

/** For all tasks it is so much later. */
async function passes(database: TestDatabase, time: string): Promise<void> {
  await database.sql(
    `update deepgram_state_queue.job set started_on = started_on - interval '${time}',
       start_after = case when state = 'retry' then start_after - interval '${time}' else start_after end`,
  );
}

function runOf(): QueueRun {
  const window = { since: '2026-11-13', until: '2026-11-20', now: Date.parse('2026-11-20T12:00:00Z') };
  return { id: randomUUID(), window, options: {} };
}

function records(run: QueueRun, id: string, days = ['2026-11-20'], sinks = ['archive']): QueueTask {
  const lacking = Object.fromEntries(sinks.map((sink) => [sink, { why: 'new' as const }]));
  const partitions = days.map((day) => ({ day, lacking })) as unknown as Task['partitions'];
  const project = { id, name: id };
  const tasks = [{ source: 'deepgram', stream: 'requests', project, partitions, calls: 1 }];
  return { ...bare(run), stage: 'records', about: 'requests', project, tasks, key: `records ${id}` };
}

function names(run: QueueRun, id: string): QueueTask {
  return {
    ...bare(run),
    stage: 'after-records',
    about: 'names',
    project: { id, name: id },
    key: `names ${id}`,
    tasks: namesOf(id),
  };
}

function namesOf(id: string): Task[] {
  const partitions: Task['partitions'] = [{ day: null, lacking: { archive: { why: 'snapshot' } } }];
  return [{ source: 'deepgram', stream: 'api_keys', project: { id, name: id }, partitions, calls: 1 }];
}

function finish(run: QueueRun, after: readonly string[] = []): QueueTask {
  return {
    ...bare(run),
    stage: 'finish',
    about: 'the end',
    project: null,
    key: `finish ${run.id}`,
    after: [...after],
    tasks: [],
  };
}

function nameOf({ task }: TakenTask): string {
  return [task.stage, task.project?.id ?? []].flat().join(' ');
}

function bare(run: QueueRun) {
  return { version: 1 as const, run, after: [], versions: {}, projects: [] };
}

function only<One>(list: readonly (One | undefined)[]): One {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`${list.length} in place of one`);
  return first;
}
