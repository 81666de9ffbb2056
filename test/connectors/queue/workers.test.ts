import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../connectors/stand-ins/deepgram/server/faults.js';
import type { Terminal } from '../../cli/terminal.js';
import { ARCHIVE, intake, TABLEAU } from '../../cli/world.js';
import { until } from '../../http/test-client.js';
import { hasPostgres } from '../postgres/postgres-server.js';
import { type StateWorld, type StateWorldOptions, stateWorld } from '../postgres/state/state-world.js';

const PROJECTS = ['p-1', 'p-2', 'p-3'].map((id) => ({ id, name: `Project ${id}` }));
/** On how much is left, and what was given up. */
const QUEUE_METRICS = 4;
const REPORT = 'report: { type: report, path: out/report.html }';

describe.skipIf(!hasPostgres)('enqueue and worker', () => {
  it('deliver what one undisturbed sync does, and remember the same', async () => {
    const [alone, shared] = await twoWorlds();
    const sync = await alone.run('sync');

    const queued = await shared.run('enqueue');
    const worked = await Promise.all([
      shared.run('worker --until-empty'),
      shared.run('worker --until-empty --concurrency 2'),
    ]);

    expect(queued).toMatchObject({
      code: 0,
      stdout: 'Queued 12 tasks of 3 projects. `deepgram-export worker` carries them out.\n',
    });
    expect([sync.code, ...worked.map(({ code }) => code)]).toEqual([0, 0, 0]);
    expect(await outputsOf(shared)).toEqual(await outputsOf(alone));
    expect(await rememberedBy(shared)).toEqual(await rememberedBy(alone));
    expect((await shared.run('plan')).stdout).toBe((await alone.run('plan')).stdout);
  });

  it('end with the summary of sync, where it is waited for', async () => {
    const [alone, shared] = await twoWorlds();
    const sync = await alone.run('sync --summary summary.json');

    const waited = await waitedFor(shared);

    expect([sync.code, waited.code]).toEqual([0, 0]);
    expect(await summaryOf(shared)).toEqual(await summaryOf(alone));
    expect(waited.stdout.split('\n')[0]).toBe(sync.stdout.split('\n')[0]);
  });

  it('queue nothing twice', async () => {
    const world = await stateWorld({ account: { projects: PROJECTS } });
    await world.run('enqueue');

    const again = await world.run('enqueue');
    await world.run('worker --until-empty');

    expect(again.stdout).toBe('Nothing new to queue: 9 tasks that are queued have it.\n');
    expect(callsOf(world, /\/requests$/)).toHaveLength(6); // three projects and two days
  });

  it('send each log once, although several workers have its project', async () => {
    const receiver = await intake('logs-key');
    const sinks = [`logs: { type: datadog-logs, api_key: logs-key, api_url: "${receiver.url}", late: send }`];
    const world = await stateWorld({ account: { projects: PROJECTS }, sinks, window: 'since: 1d' });

    await world.run('enqueue');
    await Promise.all([world.run('worker --until-empty'), world.run('worker --until-empty')]);
    await world.run('enqueue');
    await world.run('worker --until-empty');

    const ids = receiver.logs.map(({ log }) => JSON.stringify(log));
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tell Datadog at the end of a run how much is left, and what was given up', async () => {
    const receiver = await intake('metrics-key');
    const sinks = [`metrics: { type: datadog-metrics, api_key: metrics-key, api_url: "${receiver.url}" }`];
    const world = await stateWorld({ sinks });
    await world.run('enqueue --stream usage');
    await world.database.sql("insert into deepgram_state_queue.job (name, data) values ('dead', '{}')");

    const { code, stderr } = await world.run('worker --until-empty');

    expect(code).toBe(3);
    expect(stderr).toContain('1 task was given up: `deepgram-export state show` says why.');
    const told = receiver.query().filter(({ metric }) => metric.includes('export.queue.'));
    expect(told.map(({ metric, value }) => [metric, value])).toEqual([
      ['deepgram.export.queue.dead', 1],
      ['deepgram.export.queue.failing', 0],
      ['deepgram.export.queue.oldest', 0],
      ['deepgram.export.queue.tasks', 0],
    ]);
  });

  it('give up what is refused, say so, and leave it to the next run', async () => {
    const world = await stateWorld({ account: { projects: PROJECTS }, window: 'since: 1d' });
    const refused = ({ path }: Pick<Call, 'path'>) => path === '/v1/projects/p-2/requests';
    world.account.faults.next('forbidden', 99, refused);

    const waited = await waitedFor(world);
    const shown = await world.run('state show');
    world.account.faults.clear();
    const mended = await waitedFor(world);
    const empty = await world.run('state show');

    expect(waited.code).toBe(3);
    expect(waited.stdout).toContain('p-2');
    expect(shown.stdout).toContain('Given up by workers:');
    expect(shown.stdout).toMatch(/Project p-2 +request log, 2026-11-19 to 2026-11-20/);
    expect(mended.code).toBe(0);
    expect(empty.stdout).not.toContain('Given up by workers:');
  });

  it('say once for each task why it failed, however many partitions it has, and fail where none is left', async () => {
    const world = await stateWorld({
      sinks: ['blocked: { type: ndjson, path: in-the-way }'],
      window: 'since: 5d',
    });
    await world.terminal.write('in-the-way', 'precious');
    await world.run('enqueue --stream usage --stream usage_by_endpoint');

    const { code, stderr } = await world.run('worker --until-empty');

    const said = stderr.split('\n').filter((line) => line.includes('in-the-way: it is a file'));
    expect(code).toBe(3);
    expect(said.map((line) => /error: (.*) failed:/.exec(line)?.[1])).toEqual([
      expect.stringContaining('daily totals'),
      'the end of a run',
    ]);
  });

  it('make what is made of readings with the only task of a project, and else when all of it has been read', async () => {
    const [alone, shared] = await twoWorlds();
    const inputs = '--stream usage --stream billing --stream reconciliation';
    await alone.run(`sync ${inputs}`);

    const daily = await shared.run(`enqueue ${inputs}`);
    await shared.run('worker --until-empty');
    const outputs = await outputsOf(shared);
    await shared.run('enqueue');
    const { stderr } = await shared.run('worker --until-empty');

    expect(daily.stdout).toContain('Queued 3 tasks of 3 projects.');
    expect(outputs).toEqual(await outputsOf(alone));
    expect(stderr).toMatch(/names, keys, models, reconciliation of Project p-1: \d+ records in /);
    expect(stderr).toMatch(/the end of a run: 0 records in /);
  });

  it('make nothing of a day that was given up, and make it when it has been read', async () => {
    const world = await stateWorld({ account: { projects: PROJECTS }, window: 'since: 1d' });
    const ofRequests = ({ path }: Pick<Call, 'path'>) => path === '/v1/projects/p-2/requests';
    const made = async () => {
      const paths = Object.keys(await outputsOf(world)).filter((path) =>
        path.includes('reconciliation/project_id='),
      );
      return [...new Set(paths.map((path) => /project_id=([^/]*)/.exec(path)?.[1]))].sort();
    };
    world.account.faults.next('forbidden', 99, ofRequests);

    await waitedFor(world);
    const without = await made();
    world.account.faults.clear();
    const mended = await waitedFor(world);

    expect(without).toEqual(['p-1', 'p-3']);
    expect(mended.code).toBe(0);
    expect(await made()).toEqual(['p-1', 'p-2', 'p-3']);
  });

  it('make nothing of what a sink could not take, of which nothing is remembered, and make it when it has', async () => {
    const world = await stateWorld({ account: { projects: PROJECTS }, window: 'since: 1d' });
    const inTheWay = 'out/ndjson/requests/project_id=p-2';
    const made = async () =>
      Object.keys(await outputsOf(world)).filter((path) => path.includes('reconciliation/project_id=p-2/'));
    await mkdir(dirname(join(world.terminal.cwd, inTheWay)), { recursive: true });
    await world.terminal.write(inTheWay, 'precious');

    await waitedFor(world);
    const without = await made();
    await rm(join(world.terminal.cwd, inTheWay));
    const mended = await waitedFor(world);

    expect(without).toEqual([]);
    expect(mended.code).toBe(0);
    expect(await made()).toHaveLength(2);
  });

  it('try again what may pass', async () => {
    const world = await stateWorld();
    await world.run('enqueue --stream requests');

    const { code } = await workedAfterFailing(world, '/requests');

    expect(code).toBe(0);
  });

  it('ask anew for what failed, when a task is tried again', async () => {
    const world = await stateWorld();
    await world.run('enqueue --stream usage');

    // Asked for once a run, by whoever needs it first.
    const { code, stderr } = await workedAfterFailing(world, '/usage/breakdown');

    expect(code).toBe(0);
    expect(stderr.match(/failed:/g)).toHaveLength(1);
  });

  it('ask for the totals of a project that is new once, where they read them', async () => {
    const [alone, shared] = await twoWorlds();

    await alone.run('sync --stream usage');
    await shared.run('enqueue --stream usage');
    const planned = callsOf(shared, /breakdown$/).length;
    await shared.run('worker --until-empty');
    const first = callsOf(shared, /breakdown$/).length;
    await shared.run('enqueue --stream usage');

    expect(planned).toBe(0);
    expect(first).toBe(callsOf(alone, /breakdown$/).length);
    // Of a project that is known, it may spare a reading.
    expect(callsOf(shared, /breakdown$/).length).toBe(first + 2 * PROJECTS.length);
    expect(await rememberedBy(shared)).toEqual(await rememberedBy(alone));
  });

  it('keep a sink open for all tasks of a run, and say once what it says of them', async () => {
    const receivers = [await intake('key', 'app-key'), await intake('key', 'app-key')] as const;
    const worlds = await Promise.all(
      receivers.map(({ url }) =>
        stateWorld({
          account: { projects: PROJECTS },
          sinks: [
            `metrics: { type: datadog-metrics, api_key: key, app_key: app-key, api_url: "${url}", historical: true }`,
          ],
          window: 'since: 4d',
        }),
      ),
    );
    const [alone, shared] = worlds as [StateWorld, StateWorld];
    const sync = await alone.run('sync --summary summary.json');

    const waited = await waitedFor(shared);

    expect([sync.code, waited.code]).toEqual([0, 0]);
    const [one, many] = await Promise.all([alone, shared].map(factsOf));
    const more = (fact: string) => Number(many?.[fact]) - Number(one?.[fact]);
    // Of the queue; and what each project has cost, by the task that read it and by the last one.
    expect(more('distinct series')).toBe(QUEUE_METRICS + PROJECTS.length);
    expect(more('points sent')).toBe(more('distinct series'));
    expect([more('payloads'), more('metrics not known yet')]).toEqual([0, 0]);
    expect(more('metrics described')).toBe(QUEUE_METRICS);
  });

  it('end where Deepgram does not know the key of a worker, and leave the task to others', async () => {
    const world = await stateWorld();
    await world.run('enqueue --stream requests');
    const whole = (await world.terminal.files())['job.yaml'] ?? '';
    await world.terminal.write('job.yaml', whole.replace(/api_key: .*/, 'api_key: nobody'));

    const refused = await world.run('worker --until-empty');
    const left = await world.database.sql(
      "select state from deepgram_state_queue.job where singleton_key like 'requests%'",
    );
    await world.terminal.write('job.yaml', whole);
    await world.database.sql("update deepgram_state_queue.job set start_after = now() where state = 'retry'");
    const right = await world.run('worker --until-empty');

    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('This worker ends, since its key is of no use:');
    expect(refused.stderr).toContain('source.api_key');
    expect(left).toEqual([{ state: 'retry' }]);
    expect(right.code).toBe(0);
  });

  it('give back what is under way when a worker is to end, and end well', async () => {
    const world = await stateWorld();
    await world.run('enqueue --stream requests');
    world.account.faults.next('stalled-headers', 1, ({ path }) => path.endsWith('/requests'));

    const working = start(world, 'worker --grace 1s');
    await until(() => world.account.calls.some(({ fault }) => fault === 'stalled-headers'));
    working.terminal.interrupt(143);
    const code = await working.code;
    const jobs = await world.database.sql(
      "select state, retry_limit - retry_count as tries from deepgram_state_queue.job where singleton_key like 'requests%'",
    );
    await world.run('worker --until-empty');

    expect(code).toBe(0);
    expect(working.terminal.stderr).toContain('is given back');
    expect(jobs).toEqual([{ state: 'retry', tries: 5 }]);
    const days = Object.keys(await outputsOf(world)).filter((path) => path.endsWith('part.ndjson'));
    expect(days).toHaveLength(2);
  });

  it('leave to others what their configuration lacks', async () => {
    const world = await stateWorld({ sinks: [ARCHIVE, TABLEAU] });
    await world.run('enqueue --stream requests');
    const whole = (await world.terminal.files())['job.yaml'] ?? '';
    await world.terminal.write('job.yaml', whole.replace(/^ *tableau.*$/m, ''));

    const working = start(world, 'worker');
    await until(() => working.terminal.stderr.includes('is left to other workers'));
    working.terminal.interrupt(143);
    await working.code;

    expect(working.terminal.stderr).toContain('This configuration has no tableau, which a task is for.');
    expect(await outputsOf(world)).toEqual({});
  });

  it('say what to configure where workers could not share it', async () => {
    const world = await stateWorld({ sinks: [ARCHIVE, 'bill: { type: focus, path: out/focus }'] });
    const text = (await world.terminal.files())['job.yaml'] ?? '';

    const alone = await world.run('enqueue');
    await world.terminal.write('job.yaml', text.replace(/^state.*$/m, ''));
    const [enqueue, worker] = [await world.run('enqueue'), await world.run('worker')];

    expect(alone).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bill can be delivered to by one process'),
    });
    for (const run of [enqueue, worker])
      expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('state: { type: postgres') });
  });
});

/** Two of the same account and job. */
async function twoWorlds(): Promise<readonly [StateWorld, StateWorld]> {
  const options: StateWorldOptions = {
    account: { projects: PROJECTS },
    sinks: [ARCHIVE, TABLEAU, REPORT],
    window: 'since: 4d',
  };
  return [await stateWorld(options), await stateWorld(options)];
}

/** Starts a command that goes on. */
function start({ terminal }: StateWorld, command: string): { terminal: Terminal; code: Promise<number> } {
  const started = terminal.again();
  return { terminal: started, code: started.run(...command.split(' '), '-c', 'job.yaml') };
}

/** `enqueue --wait`, with a worker for as long as that takes. */
async function waitedFor(world: StateWorld) {
  const working = start(world, 'worker');
  const waited = await world.run('enqueue --wait --summary summary.json');
  working.terminal.interrupt(143);
  await working.code;
  return waited;
}

/** A worker for as long as calls of a path fail, and then until its task is done. */
async function workedAfterFailing(world: StateWorld, path: string) {
  world.account.faults.rate(1, 1, ['server-error'], (call) => call.path.endsWith(path));
  const { terminal, code } = start(world, 'worker');
  await until(() => terminal.stderr.includes('failed:'));
  world.account.faults.clear();
  await world.database.sql("update deepgram_state_queue.job set start_after = now() where state = 'retry'");
  await until(() => / records in /.test(terminal.stderr));
  terminal.interrupt(143);
  return { code: await code, stderr: terminal.stderr };
}

/** All files of sinks, but for counts: tasks of a project that end together do not note each other's. */
async function outputsOf({ terminal }: StateWorld): Promise<Record<string, string>> {
  const files = Object.entries(await terminal.files('out').catch(() => ({})));
  return Object.fromEntries(files.filter(([path]) => !path.includes('.counts/')));
}

/** What is remembered of each sink and project, but for when. */
async function rememberedBy({ database }: StateWorld) {
  const rows = await database.sql<{ kind: string; name: string; value: string }>(
    "select kind, name, value from deepgram_state._state where kind in ('checkpoints', 'memory') and name <> '[]' order by 1, 2",
  );
  return rows.map(({ value, ...row }) => ({ ...row, value: JSON.parse(value) as unknown }));
}

/** What took how long, and how often was asked, is not the same. */
async function summaryOf({ terminal }: StateWorld): Promise<unknown> {
  const text = (await terminal.files())['summary.json'] ?? '{}';
  const { http: _http, source, ...summary } = JSON.parse(text) as Record<string, Record<string, unknown>>;
  // Of keys without a name each worker tells those that it has met.
  return { ...summary, source: { ...source, warnings: [] } };
}

async function factsOf({ terminal }: StateWorld) {
  const text = (await terminal.files())['summary.json'] ?? '{}';
  const { sinks } = JSON.parse(text) as {
    readonly sinks: readonly { readonly facts: Record<string, unknown> }[];
  };
  return sinks[0]?.facts;
}

function callsOf({ account }: StateWorld, path: RegExp) {
  return account.calls.filter((call) => path.test(call.path));
}
