import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasPostgres } from '../postgres/postgres-server.js';
import { type PostgresWorld, postgresWorld } from '../postgres/postgres-world.js';
import { type Shown, shown } from './month.js';

const PROJECTS = ['p-1', 'p-2', 'p-3'].map((id) => ({ id, name: `Project ${id}` }));
const PANEL = 'Tasks of workers';
const ALARMS = ['Deepgram export: tasks were given up', 'Deepgram export: a task is not done'] as const;
const JOB = 'deepgram_state_queue.job';

describe.skipIf(!hasPostgres)('the queue of workers in Grafana', () => {
  it('is no trouble where nobody has run `enqueue`, also where an administrator has made its schema', async () => {
    const world = await queueWorld();
    expect(await world.sync()).toBe(0);
    const grafana = await shown(world);

    const before = await lookedAt(grafana);
    await world.database.sql('create schema deepgram_state_queue');
    const prepared = await lookedAt(grafana);

    expect(before).toEqual({ rows: [], alarming: [] });
    expect(prepared).toEqual({ rows: [], alarming: [] });
  });

  it('is seen from the first `enqueue` on, and alarms for what was given up, and for what waits too long', async () => {
    const world = await queueWorld();
    await world.database.server.sql('drop role if exists deepgram_reader');

    await run(world, 'enqueue --stream requests --stream usage');
    const grafana = await shown(world);
    await world.database.sql(`update ${JOB} set created_on = now() - interval '50 minutes'`);
    const queued = await lookedAt(grafana);
    await world.database.sql(`
      update ${JOB} set state = 'active', created_on = now() - interval '3 hours' where ${of('p-1')};
      update ${JOB} set state = 'retry', output = '{}' where ${of('p-2')};
      insert into ${JOB} (name, data) values ('dead', '{}'), ('dead', '{}')`);
    const troubled = await lookedAt(grafana);

    expect(queued).toEqual({
      rows: [{ waiting: 6, active: 0, failing: 0, 'given up': 0, oldest: queued.rows[0]?.oldest }],
      alarming: [],
    });
    expect(troubled).toEqual({
      rows: [{ waiting: 4, active: 2, failing: 2, 'given up': 2, oldest: troubled.rows[0]?.oldest }],
      alarming: ALARMS,
    });
    expect(Math.floor(Number(troubled.rows[0]?.oldest) / 3_600)).toBe(3);
  });

  it('alarms for no age where all is done, and not at all when what was given up is done, too', async () => {
    const world = await queueWorld();
    await run(world, 'enqueue --stream usage');
    await world.database.sql(`
      update ${JOB} set created_on = now() - interval '3 hours';
      insert into ${JOB} (name, data) values ('dead', '{}')`);
    const grafana = await shown(world);

    const before = await lookedAt(grafana);
    await run(world, 'worker --until-empty');
    const worked = await lookedAt(grafana);
    await world.database.sql(`delete from ${JOB} where name = 'dead'`);
    const mended = await lookedAt(grafana);

    const empty = { waiting: 0, active: 0, failing: 0, oldest: 0 };
    expect(before.alarming).toEqual(ALARMS);
    expect(worked).toEqual({ rows: [{ ...empty, 'given up': 1 }], alarming: [ALARMS[0]] });
    expect(mended).toEqual({ rows: [{ ...empty, 'given up': 0 }], alarming: [] });
  });

  it('is an error, and not an empty queue, where it may not be read, until the next `enqueue` mends that', async () => {
    const world = await queueWorld();
    await run(world, 'enqueue --stream usage');
    const grafana = await shown(world);
    await world.database.sql('revoke usage on schema deepgram_state_queue from deepgram_reader');

    for (const title of [PANEL, ...ALARMS])
      await expect(asked(grafana, title), title).rejects.toThrow(
        'permission denied for schema deepgram_state_queue',
      );
    await run(world, 'enqueue --stream usage');

    expect((await lookedAt(grafana)).rows).toHaveLength(1);
  });
});

/** A sink and a state in one database. */
function queueWorld(): Promise<PostgresWorld> {
  return postgresWorld({ account: { projects: PROJECTS }, state: 'schema: deepgram_state' });
}

function run({ terminal }: PostgresWorld, command: string): Promise<number> {
  return terminal.again().run(...command.split(' '), '-c', 'job.yaml');
}

/** What the panel shows, and which of the alarms on the queue alarm, by their own limits. */
async function lookedAt(grafana: Shown) {
  const rules: readonly Rule[] = parse(grafana.files['alerting/deepgram.yaml'] ?? '').groups[0].rules;
  const alarming: string[] = [];
  for (const title of ALARMS) {
    const limit = rules.find((rule) => rule.title === title)?.data[2]?.model.conditions?.[0].evaluator
      .params[0];
    for (const { time: _time, ...values } of await asked(grafana, title)) {
      expect(limit).toBeTypeOf('number');
      if (Object.values(values).every((value) => Number(value) > Number(limit))) alarming.push(title);
    }
  }
  return { rows: await asked(grafana, PANEL), alarming };
}

async function asked({ asked, rows }: Shown, title: string) {
  const found = asked.find((one) => one.title === title);
  if (found === undefined) throw new Error(`nothing asks for ${title}`);
  return rows(found);
}

interface Rule {
  readonly title: string;
  readonly data: readonly {
    readonly model: {
      readonly conditions?: readonly [{ readonly evaluator: { readonly params: readonly [number] } }];
    };
  }[];
}

function of(project: string): string {
  return `data -> 'project' ->> 'id' = '${project}'`;
}
