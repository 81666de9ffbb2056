import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStandIn } from '../dist/connectors/stand-ins/deepgram/stand-in.js';
import { dayAt, startOfDay } from '../dist/src/time/day.js';
import { measured } from './measured.mjs';
import { simulate } from './simulation-engine.mjs';
import { jobText, KEY, lifeOf } from './simulation-life.mjs';
import { kindsOf, requestKind } from './simulation-tasks.mjs';
import { spreadOf } from './statistics.mjs';

const CLI = fileURLToPath(new URL('../dist/bundle/cli.js', import.meta.url));
const SINCE = '7d';
/** Requests a day, by project: a busy one, some others, many small ones. */
const PER_DAY = [2_500, 400, 400, 400, ...new Array(16).fill(40)];
const LIMIT = 8;
const RUNS = 3;
/** Answers of the stand-in that are timed. */
const ANSWERS = 20;

/** The same small account read by the real program, from the stand-in, and by the simulation. */
export async function checked(costs, latencyMs, tell) {
  tell('the check: a small account, real and simulated');
  const projects = PER_DAY.map((_, at) => ({ id: `p-${at}`, name: `Project ${at}` }));
  const requestsPerDay = ({ id }) => PER_DAY[Number(id.slice(2))];
  const now = Date.now();
  const real = await readBySync(projects, requestsPerDay, latencyMs);
  const [run] = await lifeOf({
    projects: projects.slice(0, 1),
    requestsPerDay: 100,
    since: SINCE,
    moments: [now],
  });
  const { all, otherKinds } = kindsOf(run, []);
  const queue = [];
  for (const task of run.tasks) {
    for (const [at, project] of projects.entries()) {
      if (otherKinds.has(task)) queue.push(otherKinds.get(task));
      if (task.stream !== 'requests') continue;
      for (const { day } of task.partitions) {
        const seconds = day === dayAt(now) ? Math.floor((now - startOfDay(day)) / 1_000) : 86_400;
        queue.push(all.push(requestKind(PER_DAY[at], day, seconds, project)) - 1);
      }
    }
  }
  const machine = {
    ...{ workers: 1, limit: LIMIT, latencyMs: real.answerMs, rowMs: 0 },
    ...Object.fromEntries(Object.entries(costs).map(([name, ms]) => [name, ms * real.slowdown])),
  };
  const simulated = simulate(all, Uint32Array.from(queue), machine);
  // The list of projects comes first, by itself.
  return {
    projects: projects.length,
    real,
    simulated: { calls: simulated.calls + 1, seconds: simulated.seconds + latencyMs / 1_000 },
  };
}

/** How much longer a second of work takes here at present, since others use the processors. */
function slowdownNow() {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const spentMs = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  while (spentMs() < 1_000);
  return (performance.now() - started) / spentMs();
}

async function readBySync(projects, requestsPerDay, latencyMs) {
  const standIn = await startStandIn({ projects, requestsPerDay, apiKey: KEY, latencyMs });
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-simulation-'));
  try {
    await writeFile(join(folder, 'job.yaml'), jobText(standIn.url, SINCE));
    const command = (...args) => measured([process.execPath, CLI, ...args, '-c', 'job.yaml'], folder);
    const start = await command('validate');
    const seconds = [];
    const calls = [];
    // Each time as for the first time.
    while (seconds.length < RUNS) {
      const before = standIn.calls.length;
      const run = await command('sync', '--quiet', '--no-state');
      seconds.push(run.seconds - start.seconds);
      calls.push(standIn.calls.length - before);
    }
    const slowdown = slowdownNow();
    const asked = performance.now();
    const headers = { authorization: `Token ${KEY}` };
    for (let call = 0; call < ANSWERS; call += 1)
      await (await fetch(`${standIn.url}/v1/projects/p-0/requests?limit=1000&page=0`, { headers })).text();
    const answerMs = (performance.now() - asked) / ANSWERS;
    return { calls: calls[0], seconds: spreadOf(seconds).median, slowdown, answerMs };
  } finally {
    await standIn.close();
    await rm(folder, { recursive: true });
  }
}
