import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/time/day.js';
import { ARCHIVE, jobText, TABLEAU } from '../cli/world.js';
import { DAYS, organization, RANGE, world } from './account.js';
import type { Program } from './program.js';

const PROJECTS = [
  { id: 'p-1', name: 'Support line' },
  { id: 'p-2', name: 'Sales' },
  { id: 'p-3', name: 'Field "work", and so on' },
];
const FOCUS = 'bill: { type: focus, path: out/focus }';
const REPORT = 'report: { type: report, path: out/report.html }';
const WEEK = `--since ${addDays(DAYS[1], -6)} --until ${DAYS[1]}`;

describe('sync --jobs', () => {
  it('writes with three processes what one writes, byte for byte, and remembers the same', async () => {
    const sinks = [ARCHIVE, TABLEAU, FOCUS, REPORT];
    const { program, deepgram } = await world(sinks, { projects: PROJECTS });
    const alone = await program.run(`sync -c job.yaml ${WEEK} --summary one.json`);
    const one = await filesOf(program);
    await program.write('more/job.yaml', jobText(deepgram.url, sinks));

    const shared = await program.run(`sync -c more/job.yaml ${WEEK} --jobs 3 --summary three.json`);

    const three = await filesOf(program, 'more/');
    expect([alone.code, shared.code], shared.stdout + shared.stderr).toEqual([0, 0]);
    expect(three).toEqual(one);
    const files = await program.files();
    expect(daysOf(files['more/.deepgram-export/state.json'])).toEqual(
      daysOf(files['.deepgram-export/state.json']),
    );
    expect(countsOf(files['three.json'])).toEqual(countsOf(files['one.json']));
    const next = await program.run(`sync -c more/job.yaml ${WEEK} --jobs 3 --summary next.json`);
    expect(next.code).toBe(0);
    expect(countsOf((await program.files())['next.json']).streams.requests).toMatchObject({ partitions: 0 });
  });

  it('gives a sink that only appends each record once', async () => {
    const datadog = await organization();
    const connection = `api_key: "\${DD_API_KEY}", api_url: "${datadog.url}"`;
    const { program } = await world([ARCHIVE, `logs: { type: datadog-logs, ${connection}, late: send }`], {
      projects: PROJECTS,
    });

    const first = await program.run(`sync -c job.yaml ${RANGE} --jobs 2`);
    const second = await program.run(`sync -c job.yaml ${RANGE} --jobs 2`);

    const ids = datadog.logs.map((log) => JSON.stringify(log));
    expect([first.code, second.code], first.stdout).toEqual([0, 0]);
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('fails loudly where they are killed, and the next run delivers the rest', async () => {
    let isKilled = false;
    const { program, deepgram } = await world([ARCHIVE, TABLEAU], {
      projects: PROJECTS,
      requestsPerDay: () => {
        if (!isKilled) isKilled = killAllBelow(program.cwd);
        return 5;
      },
    });

    const killed = await program.run(`sync -c job.yaml ${WEEK} --jobs 2`);
    const next = await program.run(`sync -c job.yaml ${WEEK} --jobs 2`);

    const whole = await filesOf(program);
    await program.write('more/job.yaml', jobText(deepgram.url, [ARCHIVE, TABLEAU]));
    await program.run(`sync -c more/job.yaml ${WEEK}`);
    expect([killed.code, next.code], killed.stdout).toEqual([3, 0]);
    expect(killed.stdout).toContain('A process of --jobs was ended by SIGKILL before it was done.');
    expect(whole).toEqual(await filesOf(program, 'more/'));
  });

  it('makes nothing of a day that one of them could not read', async () => {
    const refusal = { status: 404, body: { err_code: 'NOT_FOUND', err_msg: 'not here' } };
    const { program } = await world([ARCHIVE], {
      projects: PROJECTS,
      errors: { '/v1/projects/p-2/billing/breakdown': refusal },
    });

    const { code } = await program.run(`sync -c job.yaml ${RANGE} --jobs 2`);

    const files = Object.keys(await program.files());
    const made = files.flatMap((path) => /reconciliation\/project_id=([^/]*)\/date/.exec(path)?.[1] ?? []);
    expect(code).toBe(3);
    expect([...new Set(made)].sort()).toEqual(['p-1', 'p-3']);
  });

  it('ends with all its processes on a signal', async () => {
    let isAsked = false;
    const { program } = await world([ARCHIVE], {
      projects: PROJECTS,
      requestsPerDay: () => {
        if (!isAsked) program.kill('SIGINT');
        isAsked = true;
        return 5;
      },
    });

    const { code } = await program.run(`sync -c job.yaml ${WEEK} --jobs 2`);

    expect(code).toBe(130);
    expect(processesBelow(program.cwd)).toEqual([]);
    const left = Object.keys(await program.files());
    expect(left.filter((path) => /\.(tmp|lock)$/.test(path))).toEqual([]);
  });

  it.each(['0', '65', '1.5', 'x'])('says what is wrong with --jobs %s', async (jobs) => {
    const { program } = await world([ARCHIVE]);

    const { code, stderr } = await program.run(`sync -c job.yaml ${RANGE} --jobs ${jobs}`);

    expect(code).toBe(2);
    expect(stderr).toContain('--jobs must be a whole number from 1 to 64.');
  });
});

/** What was written, without what says when. */
async function filesOf(program: Program, below = ''): Promise<Readonly<Record<string, string>>> {
  const files = await program.files(`${below}out`);
  return Object.fromEntries(
    Object.entries(files)
      // How many records a file has, and when totals were read, is noted beside them; what is not is counted anew.
      .filter(([path]) => !/^report\.html\.parts\/|\/\.counts\//.test(path))
      .map(([path, text]) => [path, path === 'report.html' ? text.replace(/\d{2}:\d{2}/g, '') : text]),
  );
}

/** What a state says of days, without when they were read. */
function daysOf(state = ''): unknown {
  return JSON.parse(state.replace(/"read_at":"[^"]*"|"snapshot":"[^"]*"/g, '"at":""')).sources;
}

/** What a summary counts, without what each process has of its own. */
function countsOf(summary = '') {
  const { streams, sinks, spent, source, reconciliation, projects } = JSON.parse(summary);
  return {
    streams: Object.fromEntries(streams.map((stream: { name: string }) => [stream.name, stream])),
    sinks: sinks.map(({ facts: _, ...sink }: { facts: object }) => sink),
    spent,
    // Each process counts the keys of the projects that it has read.
    source: {
      ...source,
      warnings: [...new Set(source.warnings.map((text: string) => text.replace(/^\d+ of .* no name/, '')))],
    },
    reconciliation,
    projects,
  };
}

/** Ids of the processes of `--jobs` that run in a folder. */
function processesBelow(cwd: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isOne = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--job-process');
        return isOne && readlinkSync(`/proc/${pid}/cwd`) === cwd;
      } catch {
        return false; // it has ended meanwhile
      }
    })
    .map(Number);
}

function killAllBelow(cwd: string): boolean {
  const pids = processesBelow(cwd);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length > 0;
}
