/**
 * What an account of ten thousand projects and a billion requests a month takes, by number of workers and by how many
 * calls Deepgram lets be in flight: simulated, with a clock of its own. What a task is, which calls it makes and what they
 * cost is the real program's: see docs/scale/simulation.md, which this writes.
 *
 *     npm run simulate [-- --quick]
 *     npm run simulate -- --latency 500 --database-rows 200000
 *     npm run simulate -- --markdown     what was simulated last, once more
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { surroundings } from './report.mjs';
import { checked } from './simulation-check.mjs';
import { measureCosts } from './simulation-costs.mjs';
import { simulate } from './simulation-engine.mjs';
import { lifeOf } from './simulation-life.mjs';
import { kindsOf, queueOf } from './simulation-tasks.mjs';
import { simulationText } from './simulation-text.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    latency: { type: 'string', default: '200' },
    'database-rows': { type: 'string', default: '60000' },
    markdown: { type: 'boolean', default: false },
  },
});
const { quick } = options;
const latencyMs = Number(options.latency);
const databaseRows = Number(options['database-rows']);
const tell = (text) => process.stderr.write(`${text}\n`);
const RESULT = new URL(quick ? 'results/simulation-quick.json' : 'results/simulation.json', import.meta.url);
const PAGE = new URL('../docs/scale/simulation.md', import.meta.url);

const HOUR = 3_600_000;
/** A day begins. */
const FIRST = Date.parse('2026-11-18T00:00:00Z');
const REQUESTS_A_MONTH = quick ? 1e7 : 1e9;
/** A few are huge, many small: how many projects have which part of all requests. */
const CLASSES = [
  { projects: 10, part: 0.5 },
  { projects: 90, part: 0.3 },
  { projects: 900, part: 0.15 },
  { projects: 9_000, part: 0.05 },
].map(({ projects, part }) => {
  const some = quick ? projects / 10 : projects;
  return { projects: some, perDay: Math.round((REQUESTS_A_MONTH / 30) * (part / some)) };
});
const WORKERS = quick ? [1, 4] : [1, 2, 4, 8, 16];
const LIMITS = quick ? [8] : [8, 16, 50];

const found = options.markdown ? JSON.parse(await readFile(RESULT, 'utf8')) : await simulated();
const text = simulationText(found);
process.stdout.write(text);
if (!quick) {
  await mkdir(new URL('.', PAGE), { recursive: true });
  await writeFile(PAGE, text);
}
if (found.check.simulated.calls !== found.check.real.calls) process.exitCode = 1;

async function simulated() {
  tell('what the real program plans and calls, hour by hour');
  const life = await lifeOf({
    projects: [{ id: 'p-0', name: 'A project' }],
    requestsPerDay: 100,
    since: '90d',
    moments: Array.from({ length: 25 }, (_, hour) => FIRST + hour * HOUR),
  });
  const costs = await measureCosts(quick, tell);
  const check = await checked(costs, latencyMs, tell);
  const [load, ...hours] = life.map((run) => {
    const kinds = kindsOf(run, CLASSES);
    return { kinds, queue: queueOf(run, kinds, CLASSES) };
  });
  const lines = LIMITS.flatMap((limit) =>
    WORKERS.map((workers) => {
      tell(`${workers} workers, ${limit} calls in flight`);
      const machine = { workers, limit, latencyMs, ...costs, rowMs: 1_000 / databaseRows };
      const run = ({ kinds, queue }) => simulate(kinds.all, queue, machine);
      return { workers, limit, first: run(load), hourly: hours.map(run) };
    }),
  );
  const given = process.argv.slice(2);
  const result = {
    command: ['npm run simulate', ...(given.length > 0 ? ['--', ...given] : [])].join(' '),
    surroundings: surroundings(),
    classes: CLASSES,
    load: {
      records: life[0].records,
      stateBytes: life[0].stateBytes,
      days: life[0].tasks.filter(({ stream }) => stream === 'requests').length,
    },
    costs,
    check,
    latencyMs,
    databaseRows,
    lines,
  };
  await mkdir(new URL('.', RESULT), { recursive: true });
  await writeFile(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
