import { setTimeout as sleep } from 'node:timers/promises';
import { startAccount } from './account.mjs';
import { must, mustBeWhole } from './check.mjs';
import { dice } from './dice.mjs';
import { firstDifference, Wholeness } from './outputs.mjs';
import { advisoryLocks, contentsOf, sinkInto, stateIn } from './postgres.mjs';
import { startSync } from './program.mjs';
import { makeWorld } from './world.mjs';

const SMALL = {
  window: { since: '2026-03-10', until: '2026-03-14' },
  account: { requestsPerDay: 400 },
  concurrency: 4,
  killsWithinMs: 3_000,
  patienceMs: 240_000,
};
/** A month of a hundred projects, of which twenty have requests in its last fortnight. */
const LARGE = {
  window: { since: '2026-02-13', until: '2026-03-14' },
  account: {
    requestsPerDay: 50,
    projects: Array.from({ length: 100 }, (_, at) => ({
      id: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
      name: `Project ${at}`,
    })),
    busy: { projects: 20, since: '2026-03-01' },
  },
  // Tasks of a month are long: one at a time is mostly done before its worker is killed.
  concurrency: 1,
  killsWithinMs: 10_000,
  patienceMs: 1_800_000,
};
const FIRST_RUN = Date.parse('2026-03-11T06:00:00Z');
const SETTLED = Date.parse('2026-03-25T12:00:00Z');

const WORKERS = 4;
/** Of the calls. */
const FAILING = 0.2;
const RESTARTS = 2;
/**
 * Four workers of one queue, of which one after the other is killed at a random moment while a fifth of all calls fail, and
 * the server of the queue is restarted twice; then they may end. Files, tables, logs and checkpoints have to be those of one
 * `sync`.
 */
export async function workersKilled({ count, seed, large, database, tell }) {
  const { window, account: about, concurrency, killsWithinMs, patienceMs } = large ? LARGE : SMALL;
  const chance = dice(seed);
  const account = await startAccount({ now: FIRST_RUN, seed, ...about });
  const settings = {
    ...window,
    sinks: sinksOf(account) + sinkInto(database, 'shared'),
    state: stateIn(database, 'workers'),
  };
  const world = await makeWorld(account, settings);
  const wholeness = new Wholeness();
  const args = ['-q', '--grace', '1s', '--concurrency', String(concurrency)];
  const start = () =>
    startSync(world.folder, account, { command: 'worker', args, longestMs: 2 * patienceMs });
  const workers = [];
  let rounds = 0;
  const enqueue = async (args = []) => {
    rounds += 1;
    const { code, said } = await (await startSync(world.folder, account, { command: 'enqueue', args })).ended;
    // 3: the projects could not be listed; the next one lists them.
    must(code === 0 || code === 3, `enqueue ended with ${code}:\n${said}`);
  };
  try {
    for (let worker = 0; worker < WORKERS; worker += 1) workers.push(await start());
    for (let killed = 0; killed < count; killed += 1) {
      await account.failing(FAILING, seed + killed);
      if ((await unfinished(database)) === 0) {
        await account.advance(3_600_000);
        await enqueue();
      }
      await sleep(chance.below(killsWithinMs));
      const at = chance.below(WORKERS);
      workers[at].kill();
      const { said } = await workers[at].ended;
      must(!/This is a bug/.test(said), said);
      workers[at] = await start();
      if (isTurn(killed, count)) database.server.configure({}).catch(() => {});
      if (killed % 25 === 24) tell(`${killed + 1} workers killed`);
    }
    await mustBeWhole(world, wholeness);
    await account.failing(0);
    await untilEmpty(database, patienceMs);
    await account.advance(SETTLED - (await account.now()));
    // Each sees the time that the account had when it was started; those that are told to end do so well.
    for (const worker of workers.splice(0)) {
      worker.kill('SIGTERM');
      const { code, said } = await worker.ended;
      must(code === 0, `a worker ended with ${code}:\n${said}`);
    }
    for (let worker = 0; worker < WORKERS; worker += 1) workers.push(await start());
    await enqueue();
    await untilEmpty(database, patienceMs);
    await mustBeWhole(world, wholeness);
    await mustEqual(world, account, settings, database, patienceMs);
  } finally {
    for (const worker of workers) worker.kill();
    await Promise.all(workers.map(({ ended }) => ended));
    account.close();
    await world.remove();
  }
  await sleep(1_000);
  const locks = await advisoryLocks(database);
  must(locks === 0, `${locks} advisory locks are left`);
  const [{ vanished }] = await database.sql(
    "select coalesce(sum(retry_limit - 4), 0) as vanished from workers_queue.job where name = 'tasks-v1'",
  );
  return {
    tries: count,
    detail: `${rounds} runs queued, ${vanished} tasks of killed workers done by others`,
  };
}

function sinksOf({ intakeUrl }) {
  return `  tableau: { type: tableau-csv, path: out/tableau }
  archive: { type: ndjson, path: out/ndjson, compression: gzip }
  columns: { type: parquet, path: out/parquet }
  report: { type: report, path: out/report.html }
  logs: { type: datadog-logs, api_key: '\${DD_API_KEY}', api_url: '${intakeUrl}', late: send }
`;
}

/** The server is restarted as often as it is said, at even distances. */
function isTurn(killed, count) {
  return Array.from({ length: RESTARTS }, (_, at) =>
    Math.floor(((at + 1) * count) / (RESTARTS + 1)),
  ).includes(killed);
}

async function unfinished(database) {
  const rows = await database
    .sql("select count(*) as count from workers_queue.job where name = 'tasks-v1' and state < 'completed'")
    .catch(() => [{ count: '0' }]); // none yet, or the server is being restarted
  return Number(rows[0].count);
}

/** For a task of a worker that was killed to be taken by another one, and for tries that failed. */
async function untilEmpty(database, patienceMs) {
  const deadline = performance.now() + patienceMs;
  while ((await unfinished(database)) > 0) {
    must(performance.now() < deadline, `tasks are left: ${JSON.stringify(await leftTasks(database))}`);
    await sleep(500);
  }
}

function leftTasks(database) {
  return database.sql(
    "select data->>'key' as key, state, retry_count, output from workers_queue.job where state < 'completed' limit 5",
  );
}

/** Files, tables, logs and checkpoints are those of one `sync` that nothing ever happened to. */
async function mustEqual(world, account, settings, database, longestMs) {
  const logs = (await account.logs()).map((log) => JSON.stringify(log));
  must(new Set(logs).size === logs.length, `${logs.length - new Set(logs).size} logs were sent twice`);
  const reference = await makeWorld(account, {
    ...settings,
    sinks: sinksOf(account) + sinkInto(database, 'undisturbed'),
    state: stateIn(database, 'reference'),
  });
  try {
    await account.emptyIntake();
    const { code, said } = await (
      await startSync(reference.folder, account, {
        args: ['--sink', 'tableau,archive,columns,report,database'],
        longestMs,
      })
    ).ended;
    must(code === 0, `the undisturbed run ended with ${code}:\n${said}`);
    const difference = await firstDifference(reference.out, world.out);
    must(difference === undefined, `the outputs differ: ${difference}`);
    const [tables, ofWorkers] = [
      await contentsOf(database, 'undisturbed'),
      await contentsOf(database, 'shared'),
    ];
    const differing = Object.keys(tables).find((table) => tables[table] !== ofWorkers[table]);
    must(differing === undefined, `the table ${differing} differs from that of an undisturbed run`);
    const [wanted, found] = [await closedDays(reference.state), await closedDays(world.state)];
    must(wanted === found, `the checkpoints differ:\n${wanted}\n${found}`);
  } finally {
    await reference.remove();
  }
}

/** Days that are closed, of the sinks that the undisturbed run had too. */
async function closedDays(state) {
  const days = (await state.days()).map(([name, sinks]) => [
    name,
    Object.entries(sinks)
      .filter(([sink]) => sink !== 'logs')
      .map(([sink, { closed, lost }]) => [sink, closed, lost])
      .sort(),
  ]);
  return JSON.stringify(days.sort());
}
