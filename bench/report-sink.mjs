import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addDays, dayAt } from '../dist/src/time/day.js';
import { startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { measured } from './measured.mjs';
import { sync } from './programs.mjs';
import { runProgram } from './run-program.mjs';
import { spreadBy, spreadOf, spreadOfPairs } from './statistics.mjs';
import { atMost } from './targets.mjs';

const SIZES = {
  full: { requests: 200_000, rounds: 3, projects: 20, pages: 5 },
  quick: { requests: 5_000, rounds: 1, projects: 2, pages: 1 },
};
const PROCESS = fileURLToPath(new URL('report-process.mjs', import.meta.url));
/** Thirteen months, the last of which is not over. */
const LAST = `${addDays(`${dayAt(Date.now()).slice(0, 7)}-01`, -1).slice(0, 7)}-20`;
const FIRST = addDays(LAST, -385);

const lines = sync(['ndjson']);
const report = { ...sync(['report']), outputs: {} };

/** A busy day into a report, against the same into NDJSON; and the page of many projects and months. */
export async function reportSink({ quick, tell }) {
  const { requests, rounds, projects, pages } = quick ? SIZES.quick : SIZES.full;
  const runs = await busyDay(requests, rounds, tell);
  const { first, again, kilobytes } = await page(projects, pages, tell);
  const ratio = spreadOfPairs(runs.get(report), runs.get(lines), (run, other) => run.seconds / other.seconds);
  const of = `of 13 months and ${projects} projects`;
  return {
    versions: [],
    targets: [
      atMost(1.2, '×', `${requests} requests, of the time of NDJSON alone`, ratio),
      atMost(1, 's', `writing the page ${of}`, spreadBy(again, writing)),
      atMost(400, 'kB', `the page ${of}`, spreadOf([kilobytes])),
      atMost(200, 'MB', `memory for the page ${of}`, spreadBy(again, column.peakMegabytes)),
    ],
    tables: [
      column.table(`A day of ${column.whole(requests)} requests`, COLUMNS, [
        ...[...runs].map(([{ name }, some]) => ({ name, requests, runs: some })),
      ]),
      column.table(
        `The page ${of}`,
        [
          column.named('page'),
          { head: 'writing s', of: ({ runs }) => column.spreadText(spreadBy(runs, writing)) },
          column.wall,
          column.cpu,
          column.memory,
        ],
        [
          { name: 'the first one, for which months are added up', runs: [first] },
          { name: 'the next ones', runs: again },
        ],
      ),
    ],
  };
}

const COLUMNS = [column.named('sink'), column.wall, column.cpu, column.memory, column.requestsASecond];

/** Without the start of Node. */
const writing = (run) => run.writing;

/** In rounds, so that what else the machine does meets both alike. */
async function busyDay(requests, rounds, tell) {
  const account = await startAccount(requests);
  const runs = new Map([lines, report].map((program) => [program, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [program, some] of runs) {
      tell(`${requests} requests, round ${round + 1} of ${rounds}: ${program.name}`);
      some.push(await runProgram(program, account));
    }
  }
  await account.close();
  return runs;
}

async function page(projects, pages, tell) {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-bench-'));
  const run = (what) => measured([process.execPath, PROCESS, what, FIRST, LAST, String(projects)], folder);
  const write = async () => {
    const taken = await run('write');
    return { ...taken, writing: JSON.parse(await readFile(join(folder, 'written.json'), 'utf8')).seconds };
  };
  try {
    tell(`totals of ${projects} projects`);
    await run('fill');
    tell(`${pages} pages of ${projects} projects`);
    const first = await write();
    const again = [];
    while (again.length < pages) again.push(await write());
    const { size } = await stat(join(folder, 'report.html'));
    return { first, again, kilobytes: size / 1_000 };
  } finally {
    await rm(folder, { recursive: true });
  }
}
