import { markdownTable } from './report.mjs';
import { spreadOf } from './statistics.mjs';

/** As measured with a table of 296,000 requests and its indexes. */
const BYTES_A_REQUEST = 600;
const DAYS_A_MONTH = 30;
const HOUR_S = 3_600;

/** All that was simulated, with what it rests on, as a page of the docs. */
export function simulationText(found) {
  const { classes, latencyMs, databaseRows, command, surroundings, check, lines } = found;
  const projects = classes.reduce((sum, one) => sum + one.projects, 0);
  const perDay = classes.reduce((sum, one) => sum + one.projects * one.perDay, 0);
  const { cpu, cores, node, date } = surroundings;
  return `# ${whole(projects)} projects and ${whole(perDay * DAYS_A_MONTH)} requests a month, simulated

Written by \`${command}\`, ${date}, Node ${node}, ${cores} cores of ${cpu}. Nothing here was measured at that size: it is a
simulation with a clock of its own and no network. What it rests on is below, and so is what it was held against.

## The first load of 90 days

The last of them has just begun.

${firstLoads(found)}

## A day of hourly runs

${hourlyRuns(found)}

## What is in PostgreSQL

${database(found)}

## What it rests on

- **The account.** ${classes.map(({ projects: some, perDay: each }) => `${whole(some)} projects with ${whole(each)} requests a day each`).join(', ')}. All days are alike; within a day requests come as in the stand-in, much by
  day and little by night.
- **The tasks** are the real ones: what \`plan\` answers for a project that the real \`sync\` has read hour by hour from the
  stand-in, all streams with the default groupings, repeated for each project.
- **The calls** of usage, billing, lists and balances are those that \`sync\` made in these runs. Those of a day of requests
  follow the source's own rules: pages of 1,000, the first call for the whole day, then slices by the density that was seen.
  Nothing fails, and nothing is refused.
- **The limit** is shared by all workers and is always known. A worker has 1.25 tasks under way, and holds
  one page ahead, for each of them.
- **Answers** take ${latencyMs} ms, whatever is in them.
- **Processor time**, measured here: ${costsText(found.costs)}. It is that of
  \`sync\` with two sinks of files, all threads together; a worker is reckoned to use one core, and has it alone.
- **The database** takes ${whole(databaseRows)} rows a second, one worker after the other: an assumption, what COPY into a stage and a merge
  took by themselves on two cores. Rows of a day that is read again count as much as new ones.
- **The queue** has all tasks of a run at its start, which is its worst moment. Taking a task from it is reckoned to take no
  time. A worker that meets a project for the first time may ask for its totals once more: these calls are left out.

## What it was held against

${checkText(check, latencyMs)}

What bounds a run is the one of the three that is in use most: places for calls, the workers' processors, the database.
${lines.length} runs of each kind were simulated.
`.replaceAll(/[ ]+\n/g, '\n');
}

function firstLoads({ lines }) {
  return markdownTable([
    [
      'calls in flight',
      'workers',
      'calls',
      'records read',
      'hours',
      'tasks queued',
      'places in use',
      'processors',
      'database',
    ],
    ...lines.map(({ limit, workers, first }) => [
      String(limit),
      String(workers),
      whole(first.calls + 1),
      whole(first.records),
      tenths(first.seconds / HOUR_S),
      whole(first.depth),
      percent(first.busy.calls),
      percent(first.busy.work),
      percent(first.busy.rows),
    ]),
  ]);
}

function hourlyRuns({ lines }) {
  return markdownTable([
    [
      'calls in flight',
      'workers',
      'calls a day',
      'minutes of a run',
      'the longest',
      'runs over an hour',
      'tasks queued at worst',
    ],
    ...lines.map(({ limit, workers, hourly }) => {
      const seconds = spreadOf(hourly.map((run) => run.seconds));
      return [
        String(limit),
        String(workers),
        whole(hourly.reduce((sum, { calls }) => sum + calls + 1, 0)),
        tenths(seconds.median / 60),
        tenths(seconds.max / 60),
        `${hourly.filter((run) => run.seconds > HOUR_S).length} of ${hourly.length}`,
        whole(Math.max(...hourly.map(({ depth }) => depth))),
      ];
    }),
  ]);
}

function database({ classes, load }) {
  const projects = classes.reduce((sum, one) => sum + one.projects, 0);
  const perDay = classes.reduce((sum, one) => sum + one.projects * one.perDay, 0);
  const others = Object.entries(load.records).reduce(
    (sum, [name, some]) => sum + (name === 'requests' ? 0 : some),
    0,
  );
  // The last one has just begun.
  const days = load.days - 1;
  const line = (name, rows, bytes) => [name, whole(rows), bytes];
  return `${markdownTable([
    ['', 'rows', 'GB'],
    line(`requests of ${days} days`, perDay * days, gigabytes(perDay * days * BYTES_A_REQUEST)),
    line(
      'requests, each month more',
      perDay * DAYS_A_MONTH,
      gigabytes(perDay * DAYS_A_MONTH * BYTES_A_REQUEST),
    ),
    line(`all other streams of ${days} days`, others * projects, '–'),
    ['the state', '–', gigabytes(load.stateBytes * projects)],
  ])}

${BYTES_A_REQUEST} bytes a request, its indexes included, as measured; the rows of other streams are those of the stand-in's project,
and their bytes were not measured. The state is that of one project after its first load, as the file has it, times the
projects.`;
}

function costsText({ callMs, recordMs, partitionMs }) {
  return `${callMs.toFixed(1)} ms a call, ${(recordMs * 1_000).toFixed(0)} µs a request, ${partitionMs.toFixed(1)} ms a partition`;
}

function checkText({ projects, real, simulated }, latencyMs) {
  const same = real.calls === simulated.calls ? 'as many' : '**not as many**';
  const off = Math.round(100 * (simulated.seconds / real.seconds - 1));
  return `A small account of ${projects} projects, seven days, all streams, answers of ${latencyMs} ms, eight in flight: the real \`sync\` made
${whole(real.calls)} calls in ${tenths(real.seconds)} s, the median of three runs without its start; the simulation ${same}, ${whole(simulated.calls)}, in ${tenths(simulated.seconds)} s, ${Math.abs(off)} % ${off < 0 ? 'less' : 'more'}.
Others used the machine: a second of work took ${real.slowdown.toFixed(1)} s, and an answer of the stand-in ${whole(real.answerMs)} ms, which the simulation
was told.`;
}

const whole = (number) => Math.round(number).toLocaleString('en-US');
const tenths = (number) => (number < 100 ? number.toFixed(1) : whole(number));
const percent = (share) => `${Math.round(100 * share)} %`;
const gigabytes = (bytes) => (bytes < 1e9 ? (bytes / 1e9).toFixed(2) : whole(bytes / 1e9));
