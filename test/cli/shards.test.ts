import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { storedLogs } from '../connectors/datadog/logs/log-account.js';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, intake, jobText, KEY, TABLEAU } from './world.js';

const REPORT = 'report: { type: report, path: out/report.html }';
const BILL = 'bill: { type: focus, path: out/focus }';
const DATADOG_KEY = 'api-key-of-the-organization';
const PROJECTS = ['p-1', 'p-2', 'p-3'].map((id) => ({ id, name: `Project ${id}` }));

interface World {
  readonly terminal: Terminal;
  readonly account: StandIn;
  /** Runs the program, as a process of its own would; says what it ended with. */
  run(command: string, ...argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

async function world(sinks: readonly string[] = [ARCHIVE, TABLEAU, REPORT], more = ''): Promise<World> {
  const standIn = await account({ projects: PROJECTS });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, DD_API_KEY: DATADOG_KEY } });
  const text = jobText(standIn.url, sinks).replace('since: 1d', 'since: 3d');
  await terminal.write('job.yaml', `${text}${more}`);
  return {
    terminal,
    account: standIn,
    run: async (command, ...argv) => {
      const started = terminal.again();
      const code = await started.run(...command.split(' '), '-c', 'job.yaml', ...argv);
      return { code, stdout: started.stdout, stderr: started.stderr };
    },
  };
}

const shards = (of: number) => Array.from({ length: of }, (_, at) => `${at + 1}/${of}`);

describe('sync --shard, each with a state in a file of its own', () => {
  it.each([
    ['the only one', [['1/1']]],
    ['two, the last one first', [['2/2'], ['1/2']]],
    ['three at the same time', [['1/3', '2/3', '3/3']]],
    [
      'seven, in any order, some at the same time and some twice',
      [['5/7', '2/7'], ['7/7'], ['1/7', '3/7', '7/7', '4/7'], ['6/7', '2/7']],
    ],
    ['two, and then seven', [shards(2), shards(7)]],
  ])('%s: the outputs are those of one sync', async (_, rounds) => {
    const [cut, whole] = [await world(), await world()];
    await whole.run('sync');

    const codes = [];
    for (const round of rounds)
      codes.push(...(await Promise.all(round.map((shard) => cut.run('sync', '--wait', '--shard', shard)))));

    expect(codes.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(codes.map(() => 0));
    expect(await cut.terminal.files('out')).toEqual(await whole.terminal.files('out'));
  });
});

describe('sync --shard', () => {
  it('gives a sink that only appends each record once, and refuses another number of parts', async () => {
    const datadog = await intake(DATADOG_KEY);
    const logs = `logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: ${datadog.url}, late: send }`;
    const { run } = await world([ARCHIVE, logs]);

    for (const shard of ['2/2', '1/2', '1/2', '2/2'])
      expect((await run('sync', '--shard', shard)).code).toBe(0);

    const sent = storedLogs(datadog).map((log) => JSON.stringify(log));
    expect(sent.length).toBeGreaterThan(30);
    expect(new Set(sent).size).toBe(sent.length);
    const others = [
      await run('sync', '--shard', '1/3'),
      await run('sync', '--shard', '3/3'),
      await run('sync'),
      await run('plan', '--shard', '3/3'),
    ];
    for (const { code, stderr } of others) {
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /logs can only append, and \.deepgram-export\/state\.shard-1\.json says what it got as one of 2 parts: cut otherwise, it would get days twice\./,
      );
      expect(stderr).toMatch(/Keep to --shard I\/2, or name the other sinks with --sink\..*PostgreSQL/);
    }
    expect((await run('sync', '--shard', '3/3', '--sink', 'archive')).code).toBe(0);
    expect((await run('sync', '--sink', 'archive')).code).toBe(0);
    expect(storedLogs(datadog)).toHaveLength(sent.length);
  });

  it('refuses a sink that only appends and that a run without it has delivered to', async () => {
    const datadog = await intake(DATADOG_KEY);
    const logs = `logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: ${datadog.url} }`;
    const { run } = await world([ARCHIVE, logs]);
    await run('sync');

    const cut = await run('sync', '--shard', '1/2');

    expect(cut).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/state\.json says what it got without --shard.*Leave out --shard/s),
    });
  });

  it('refuses sinks that one process alone can deliver to, and says how they are had', async () => {
    const { run, account: standIn } = await world([ARCHIVE, BILL]);

    const runs = [await run('sync', '--shard', '1/2'), await run('plan', '--shard', '1/2')];

    for (const { code, stderr } of runs) {
      expect(code).toBe(2);
      expect(stderr).toContain('--shard: bill can only be delivered to by one process at a time.');
      expect(stderr).toContain(
        'Deliver to the others with `--shard 1/2 --sink archive` and to this one without --shard: `sync --sink bill`.',
      );
    }
    expect(standIn.calls).toEqual([]);
  });

  it.each(['x', '4/3', '0/2'])('%s is a mistake, said before anything is done', async (shard) => {
    const { run, terminal } = await world();

    const runs = [await run('sync', '--shard', shard), await run('plan', '--shard', shard)];

    expect(runs.map(({ code }) => code)).toEqual([2, 2]);
    expect(runs[0]?.stderr).toContain('--shard');
    expect(Object.keys(await terminal.files())).toEqual(['job.yaml']);
  });

  it('without a state delivers its part of the window', async () => {
    const [cut, whole] = [await world([ARCHIVE]), await world([ARCHIVE])];
    await whole.run('sync', '--no-state', '--stream', 'requests');

    for (const shard of shards(3))
      await cut.run('sync', '--no-state', '--stream', 'requests', '--shard', shard);

    expect(await cut.terminal.files('out')).toEqual(await whole.terminal.files('out'));
  });

  it('is what plan says of it, and together they are the whole plan', async () => {
    const { run } = await world([ARCHIVE]);
    const daysOf = async (...argv: readonly string[]) => {
      const { stdout } = await run('plan', '--format', 'json', '--stream', 'requests,usage', ...argv);
      return JSON.parse(stdout).tasks.flatMap((task: PlannedTask) =>
        task.partitions.map(({ day }) => `${task.stream} ${task.project.id} ${day}`),
      );
    };

    const parts = [];
    for (const shard of shards(3)) parts.push(await daysOf('--shard', shard));

    expect(parts.flat().sort()).toEqual((await daysOf()).sort());
    for (const part of parts) expect(part.length).toBeGreaterThan(0);
  });

  it('has files of state that are shown together, forgotten together, and found healthy together', async () => {
    const { run, terminal } = await world([ARCHIVE], 'streams: { usage: false, billing: false }\n');
    for (const shard of shards(2)) await run('sync', '--shard', shard);
    const second = '.deepgram-export/state.shard-2.json';
    const text = (await terminal.files())[second] ?? '';
    await terminal.write(
      second,
      text.replace(/"updated_at": *"[^"]*"/, '"updated_at":"2026-11-20T09:00:00.000000Z"'),
    );

    const shown = await run('state show');
    const repaired = await run('state repair');
    const forgotten = await run('state forget archive');

    expect(
      Object.keys(await terminal.files('.deepgram-export')).filter(
        (name) => /json$/.test(name) && !/\//.test(name),
      ),
    ).toEqual(['state.shard-1.json', 'state.shard-2.json']);
    expect(shown.stdout).toMatch(/archive +requests +all 3 projects +- +2026-11-17 to 2026-11-20$/m);
    expect(shown.stdout).toContain(
      'Put together of .deepgram-export/state.shard-1.json (part 1 of 2), .deepgram-export/state.shard-2.json (part 2 of 2).',
    );
    expect(shown.stdout).toContain('As of 2026-11-20 12:00 UTC.');
    expect(repaired.stdout.match(/is healthy/g)).toHaveLength(2);
    expect(forgotten.stdout.match(/knows nothing of archive any more/g)).toHaveLength(2);
    expect((await run('state show')).stdout).not.toContain('archive');
  });
});

it('lets one shard at a time put together what all have delivered', async () => {
  Object.assign(globalThis, { forSharing: { defineSinkType, memorySink } });
  const { terminal, run } = await world(['together: { type: ./together.mjs }']);
  await terminal.write('together.mjs', TOGETHER_SINK);

  const ended = await Promise.all(['1/2', '2/2'].map((shard) => run('sync', '--shard', shard)));

  expect(ended.map(({ code, stdout }) => (code === 0 ? 0 : stdout))).toEqual([0, 0]);
});

/** Its end fails where another one is at it. */
const TOGETHER_SINK = `
  import { mkdir, rmdir } from 'node:fs/promises';
  import { setTimeout } from 'node:timers/promises';
  const { defineSinkType, memorySink } = globalThis.forSharing;
  const AT_IT = new URL('at-it', import.meta.url);
  const FOLDER = new URL('together', import.meta.url).pathname;
  export default defineSinkType({ outputPaths: () => [FOLDER], open: async (_, { name }) => {
    const sink = memorySink({ name });
    return { ...sink, capabilities: { ...sink.capabilities, sharing: 'last' }, finish: async () => {
      await mkdir(AT_IT);
      await setTimeout(300);
      await rmdir(AT_IT);
      return { facts: {}, notes: [] };
    } };
  } });`;

describe('finish', () => {
  it('puts together what shards have delivered in folders of their own', async () => {
    const [whole, one, other] = [await world([TABLEAU]), await world([TABLEAU]), await world([TABLEAU])];
    const streams = ['--stream', 'requests,usage,billing'];
    await whole.run('sync', ...streams);
    await one.run('sync', ...streams, '--shard', '1/2');
    await other.run('sync', ...streams, '--shard', '2/2');
    await putTogether(join(other.terminal.cwd, 'out'), join(one.terminal.cwd, 'out'));
    const calls = one.account.calls.length;
    const { DEEPGRAM_API_KEY: _, ...env } = one.terminal.env;

    const finished = await Terminal.open({ env });
    const code = await finished.run('finish', '-c', join(one.terminal.cwd, 'job.yaml'), ...streams);

    expect([code, finished.stdout]).toEqual([0, 'tableau: finished\n']);
    expect(one.account.calls).toHaveLength(calls);
    const tables = async ({ terminal }: World) =>
      Object.entries(await terminal.files('out')).filter(([path]) => /^tableau\/\w+\.csv$/.test(path));
    expect(await tables(one)).toEqual(await tables(whole));
  });

  it('is not for sinks that have nothing to put together', async () => {
    const { run } = await world([ARCHIVE, TABLEAU]);

    const named = await run('finish', '--sink', 'archive');
    const both = await run('finish', '--sink', 'archive,tableau');
    const all = await run('finish');

    expect(named).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('finish: there is nothing to put together in archive'),
    });
    expect(both).toMatchObject({ code: 2, stderr: named.stderr });
    expect(all.code).toBe(0);
  });

  it('fails where a sink cannot put it together, and says why', async () => {
    const { run, terminal } = await world([TABLEAU, 'page: { type: report, path: page/report.html }']);
    await mkdir(join(terminal.cwd, 'page/report.html'), { recursive: true });
    await run('sync', '--stream', 'usage');

    const some = await run('finish');
    const all = await run('finish', '--sink', 'page');

    expect([some.code, all.code]).toEqual([4, 5]);
    for (const { stdout } of [some, all]) expect(stdout).toMatch(/^page: .*report\.html/m);
    expect(some.stdout).toContain('tableau: finished');
  });
});

interface PlannedTask {
  readonly stream: string;
  readonly project: { readonly id: string };
  readonly partitions: readonly { readonly day: string | null }[];
}

/** As a step of a pipeline does that downloads what several machines have written. */
async function putTogether(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, force: true });
}
