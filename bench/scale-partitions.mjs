import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays } from '../dist/src/time/day.js';
import { day, startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { dailySync, GROUPED, UNGROUPED } from './programs.mjs';
import { runIn } from './run-program.mjs';
import { spreadBy } from './statistics.mjs';

/** Usage and billing, without groupings, of more and more projects. */
export async function manyProjects({ projects: counts, days }, tell) {
  const lines = [];
  for (const projects of counts) {
    lines.push(
      ...(await firstAndNext(
        `${column.whole(projects)} × ${days}`,
        { projects, days, streams: UNGROUPED },
        tell,
      )),
    );
  }
  return { table: column.table('Usage and billing of many projects', columnsOf('projects × days'), lines) };
}

/** Ten streams of one project: what a long state costs a run that finds nearly everything there. */
export async function yearOfState({ year }, tell) {
  const lines = await firstAndNext(`${year} days`, { projects: 1, days: year, streams: GROUPED }, tell);
  return { table: column.table('A long state', columnsOf('days'), lines) };
}

async function firstAndNext(name, { projects, days, streams }, tell) {
  const account = await startAccount(1, projects);
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-bench-'));
  const program = dailySync(addDays(day, 1 - days), streams);
  try {
    tell(`${name}, first run`);
    const first = await runIn(folder, program, account);
    tell(`${name}, next run`);
    const next = await runIn(folder, program, account);
    const { size: stateBytes } = await stat(join(folder, '.deepgram-export/state.json'));
    return [
      { name: `${name}, first run`, runs: [first], stateBytes },
      { name: `${name}, next run`, runs: [next], stateBytes },
    ];
  } finally {
    await rm(folder, { recursive: true });
    await account.close();
  }
}

function columnsOf(what) {
  return [
    column.named(what),
    {
      head: 'partitions',
      of: ({ runs }) => column.whole(spreadBy(runs, ({ partitions }) => partitions).median),
    },
    column.calls,
    column.wall,
    column.cpu,
    column.memory,
    { head: 'state kB', of: ({ stateBytes }) => column.whole(stateBytes / 1e3) },
  ];
}
