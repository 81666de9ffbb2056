import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { sync } from './programs.mjs';
import { runProgram } from './run-program.mjs';
import { manyProjects, yearOfState } from './scale-partitions.mjs';
import { spreadBy } from './statistics.mjs';
import { atMost } from './targets.mjs';

const SIZES = {
  full: { requests: [1e4, 1e5, 1e6, 1e7], projects: [10, 100, 1_000], days: 90, year: 365 },
  quick: { requests: [1e3, 1e4], projects: [1, 10], days: 5, year: 30 },
};
const SINKS = ['ndjson', 'tableau', 'datadog'];
/** Bytes on the disk for each request, as long as the run goes on: lines, tables, and the parts of the tables. */
const ROOM = 4_000;

const PARTS = { requests: sizesOfDay, projects: manyProjects, year: yearOfState };

/** Days of ten thousand to ten million requests; many projects; a year in the state. */
export async function scale({ quick, only, tell }) {
  const sizes = quick ? SIZES.quick : SIZES.full;
  const names = only === '' ? Object.keys(PARTS) : [only];
  const parts = [];
  for (const name of names) {
    if (PARTS[name] === undefined) throw new Error(`--only is one of ${Object.keys(PARTS).join(', ')}`);
    parts.push(await PARTS[name](sizes, tell));
  }
  return {
    versions: [],
    targets: parts.flatMap(({ targets = [] }) => targets),
    tables: parts.map(({ table }) => table),
  };
}

async function sizesOfDay({ requests: counts }, tell) {
  const lines = [];
  for (const requests of counts) {
    if (!(await hasRoom(requests, tell))) continue;
    const account = await startAccount(requests);
    const runs = [];
    // A long run is its own mean.
    for (let rounds = requests > 1e6 ? 1 : 3; rounds > 0; rounds -= 1) {
      tell(`${requests} requests in one day, ${rounds} to go`);
      runs.push(await runProgram(sync(SINKS), account));
    }
    await account.close();
    lines.push({ name: column.whole(requests), requests, runs });
  }
  const columns = [
    column.named('requests in one day'),
    column.wall,
    column.cpu,
    column.memory,
    column.requestsASecond,
    column.cpuARequest,
    column.calls,
  ];
  return { targets: memoryTarget(lines), table: column.table('How the cost grows', columns, lines) };
}

/** The memory of the largest day, of that of a tenth. */
function memoryTarget(lines) {
  const [smaller, larger] = lines.slice(-2).map(({ runs }) => spreadBy(runs, column.peakMegabytes));
  if (larger === undefined) return [];
  const ratio = {
    median: larger.median / smaller.median,
    min: larger.min / smaller.max,
    max: larger.max / smaller.min,
  };
  const [less, more] = lines.slice(-2).map(({ name }) => name);
  return [atMost(1.1, '×', `memory of ${more} requests, of that of ${less}`, ratio)];
}

async function hasRoom(requests, tell) {
  const { bavail, bsize } = await statfs(tmpdir());
  const has = bavail * bsize > requests * ROOM;
  if (!has)
    tell(`${requests} requests are left out: ${tmpdir()} has too little room; TMPDIR names another folder`);
  return has;
}
