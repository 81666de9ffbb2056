import { cp, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../src/summary/summary.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, intake, jobText, KEY } from './world.js';

const HOUR = 3_600_000;
const LOGS = 'logs: { type: datadog-logs, api_key: "${DD_API_KEY}", api_url: URL, late: send }';

/** A job that sends the requests of two days as logs, and reads both again with every run, six hours later. */
async function ready() {
  const standIn = await account({ requestsPerDay: 40 });
  const datadog = await intake('dd-key');
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, DD_API_KEY: 'dd-key' }, clock });
  const sinks = [LOGS.replace('URL', datadog.url), ARCHIVE];
  const text = `${jobText(standIn.url, sinks)}streams: { usage: false, billing: false, balances: false }\n`;
  await terminal.write('job.yaml', text);
  const run = async (env: Record<string, string> = {}) => {
    Object.assign(terminal.env, env);
    const again = terminal.again();
    const code = await again.run('sync', '-c', 'job.yaml', '--summary', 'summary.json');
    const summary: Summary = JSON.parse((await terminal.files())['summary.json'] ?? '');
    clock.nowMs += 6 * HOUR;
    standIn.clock.advance(6 * HOUR);
    const inDoubt = summary.sinks.find(({ name }) => name === 'logs')?.in_doubt;
    return { code, inDoubt, stdout: again.stdout, stderr: again.stderr };
  };
  const doubles = () => {
    // As the sink writes it; a log that came twice may have got its cost in between.
    const ids = datadog.logs.map(({ log }) => (log.http as { readonly request_id: string }).request_id);
    return ids.length - new Set(ids).size;
  };
  return { terminal, datadog, run, doubles, at: (name: string) => join(terminal.cwd, name) };
}

describe('the record of what was sent', () => {
  it('is gone while the state is there: what is sent again is in doubt', async () => {
    const { run, datadog, doubles, at } = await ready();
    await run();
    const sent = datadog.logs.length;
    await rm(at('.deepgram-export/state.json.delivered'), { recursive: true });

    const { code, inDoubt, stderr } = await run();

    expect(code).toBe(0);
    expect(doubles()).toBeGreaterThan(0);
    expect(inDoubt).toBe(doubles());
    expect(stderr).toContain('of them it is not known any more which they were');
    expect(doubles()).toBe(sent);
    expect(await run()).toMatchObject({ inDoubt: 0 });
  });

  it('is gone of one day: only that day is in doubt', async () => {
    const { run, doubles, at } = await ready();
    await run();
    await rm(at('.deepgram-export/state.json.delivered/logs/requests/p-1/2026-11-19'), { recursive: true });

    const { inDoubt, stderr } = await run();

    expect(inDoubt).toBe(doubles());
    expect(stderr).toContain('records of requests of Support line, 2026-11-19 twice');
    expect(stderr).not.toContain('records of requests of Support line, 2026-11-20 twice');
  });
});

it('a damaged record of what was sent is set aside by `state repair`, and what is sent again is in doubt', async () => {
  const { run, doubles, at, terminal } = await ready();
  await run();
  const ids = '.deepgram-export/state.json.delivered/logs/requests/p-1/2026-11-19/delivered.ids';
  await truncate(at(ids), 20);
  const refused = await run();
  const before = doubles();

  const repair = terminal.again();
  const code = await repair.run('state', 'repair', '-c', 'job.yaml');
  const { code: mended, inDoubt } = await run();

  expect([refused.code, code, mended]).toEqual([4, 0, 0]);
  expect(refused.stdout + refused.stderr).toContain('deepgram-export state repair');
  expect(repair.stdout).toContain('The record of deliveries of 1 partition was damaged, and set aside.');
  expect(Object.keys(await terminal.files('.deepgram-export'))).toContainEqual(
    expect.stringMatching(
      /^state\.json\.delivered\.2026-.*Z\/logs\/requests\/p-1\/2026-11-19\/delivered\.ids$/,
    ),
  );
  expect(before).toBe(0);
  expect(doubles()).toBeGreaterThan(0);
  expect(inDoubt).toBe(doubles());
});

describe('a state and its record from an earlier run of a CI pipeline', () => {
  const github = (number: number, workflow = 'usage') => ({
    GITHUB_REPOSITORY: 'acme/export',
    GITHUB_WORKFLOW: workflow,
    GITHUB_RUN_NUMBER: `${number}`,
  });

  async function restored(later: Record<string, string>) {
    const world = await ready();
    await world.run(github(7));
    await cp(world.at('.deepgram-export'), world.at('cache'), { recursive: true });
    await world.run(github(8));
    await rm(world.at('.deepgram-export'), { recursive: true });
    await cp(world.at('cache'), world.at('.deepgram-export'), { recursive: true });
    return { ...world, outcome: await world.run(later) };
  }

  it('counts as in doubt what is sent, and names the runs', async () => {
    const { outcome, doubles, run } = await restored(github(9));

    expect(outcome.code).toBe(0);
    expect(doubles()).toBeGreaterThan(0);
    expect(outcome.inDoubt).toBeGreaterThanOrEqual(doubles());
    expect(outcome.stderr).toContain('is of run 7, and this is run 9: what runs 8 sent, it does not know');
    expect((await run(github(10))).inDoubt).toBe(0);
  });

  it.each([
    ['the next one', github(8)],
    ['the same one, started again', github(7)],
    ['one of another pipeline', github(30, 'another')],
  ])('raises no doubt where the run is %s', async (_, env) => {
    const { run, doubles } = await ready();
    await run(github(7));

    const { inDoubt, stderr } = await run(env);

    expect([inDoubt, doubles()]).toEqual([0, 0]);
    expect(stderr).not.toContain('in doubt');
  });

  it('is told by the number of a GitLab pipeline, too', async () => {
    const { run } = await ready();
    await run({ CI_PROJECT_PATH: 'acme/export', CI_PIPELINE_IID: '3' });

    const { stderr } = await run({ CI_PIPELINE_IID: '6' });

    expect(stderr).toContain('is of run 3, and this is run 6: what runs 4 to 5 sent');
  });

  it('says nothing where nothing appends', async () => {
    const { run, terminal } = await ready();
    const text = (await terminal.files())['job.yaml'] ?? '';
    await terminal.write('job.yaml', text.replace(/^ {2}logs: .*\n/m, ''));
    await run(github(7));

    expect((await run(github(30))).stderr).not.toContain('in doubt');
  });
});
