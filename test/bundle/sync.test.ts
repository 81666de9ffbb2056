import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/time/day.js';
import { ARCHIVE, jobText, KEY, TABLEAU } from '../cli/world.js';
import { json, serve } from '../http/loopback-server.js';
import { DATADOG_KEY, DAYS, organization, RANGE, world } from './account.js';

/** Days enough for a signal to come in the middle of them. */
const MONTH = `--since ${addDays(DAYS[1], -29)} --until ${DAYS[1]}`;
const BLOCKED = 'blocked: { type: ndjson, path: in-the-way }';

it('sync writes files, run twice the same bytes, and nothing that it does not name', async () => {
  const { program } = await world();

  const first = await program.run(`sync -c job.yaml ${RANGE}`);
  const written = await program.files('out');
  const second = await program.run(`sync -c job.yaml ${RANGE} --full-refresh`);

  expect([first.code, second.code]).toEqual([0, 0]);
  expect(first.stdout).toContain('Everything was delivered.');
  expect(Object.keys(written)).toEqual(
    expect.arrayContaining([
      'tableau/requests.csv',
      'tableau/datapackage.json',
      ...DAYS.map((day) => `ndjson/requests/project_id=p-1/date=${day}/part.ndjson`),
    ]),
  );
  expect(await program.files('out')).toEqual(written);
  expect(Object.keys(await program.files('.deepgram-export'))).toEqual([
    'state.json',
    'state.json.memory',
    ...DAYS.map((day) => `state.json.readings/${day}.json`),
  ]);
});

describe('the exit code says what became of it', () => {
  it.each([
    [0, 'everything was delivered', [ARCHIVE], {}, 'Everything was delivered.'],
    [2, 'a setting is wrong', ['archive: { type: ndjsn, path: out }'], {}, 'did you mean "ndjson"?'],
    [
      3,
      'the key is wrong',
      [ARCHIVE],
      { DEEPGRAM_API_KEY: 'a-wrong-key' },
      'Check the API key in source.api_key',
    ],
    [
      4,
      'one of two sinks cannot be written',
      [ARCHIVE, BLOCKED],
      {},
      'in-the-way: it is a file, not a folder.',
    ],
    [5, 'the only sink cannot be written', [BLOCKED], {}, 'in-the-way: it is a file, not a folder.'],
  ])('%i: %s', async (expected, _, sinks, env, message) => {
    const { program } = await world(sinks);
    await program.write('in-the-way', 'precious');

    const { code, stdout, stderr } = await program.run(
      `sync -c job.yaml ${RANGE} --stream usage --summary summary.json`,
      env,
    );

    const files = await program.files();
    expect(code).toBe(expected);
    expect(stdout + stderr).toContain(message);
    expect(JSON.parse(files['summary.json'] ?? '')).toMatchObject({ exit_code: expected });
    expect(files['in-the-way']).toBe('precious');
  });
});

describe('what it says', () => {
  it('is nothing with --quiet where nothing is wrong', async () => {
    const { program } = await world();

    expect(await program.run(`sync -c job.yaml ${RANGE} --quiet`)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('is colored with %j: %s', async (env, isColored) => {
    const { program } = await world([ARCHIVE]);

    const { stdout } = await program.run(`sync -c job.yaml ${RANGE} --stream projects`, env);

    expect(stdout.includes('\u001B[32mEverything was delivered.')).toBe(isColored);
  });

  it('is a JSON object a line in the log, and Markdown for the step of a pipeline', async () => {
    const { program } = await world([ARCHIVE]);

    const line = `sync -c job.yaml ${RANGE} --stream usage --log-format json --verbose`;
    const { stderr } = await program.run(line, { GITHUB_STEP_SUMMARY: 'steps.md' });

    const log = stderr.trimEnd().split('\n');
    expect(log).not.toEqual(['']);
    for (const entry of log) expect(JSON.parse(entry)).toMatchObject({ level: expect.any(String) });
    expect((await program.files())['steps.md']).toMatch(/^\|.*\|$/m);
  });

  it('is no key, although the server repeats it', async () => {
    const server = await serve((request, response) =>
      json(response, 403, { err_code: 'FORBIDDEN', err_msg: `no: ${request.headers.authorization}` }),
    );
    const { program } = await world();
    await program.write('job.yaml', jobText(server.url, [ARCHIVE]));

    const { code, stdout, stderr } = await program.run('sync -c job.yaml --verbose --summary summary.json');

    const said = stdout + stderr + (await program.files())['summary.json'];
    expect(code).toBe(3);
    expect(said).toContain('[REDACTED]');
    expect(said).not.toContain(KEY);
  });
});

describe('Datadog', () => {
  it('gets metrics, logs and costs, with those parts of its client that are in the bundle', async () => {
    const datadog = await organization();
    const connection = `api_key: "\${DD_API_KEY}", api_url: "${datadog.url}"`;
    const { program } = await world([
      `metrics: { type: datadog-metrics, ${connection}, historical: true }`,
      `logs: { type: datadog-logs, ${connection}, late: send }`,
      `costs: { type: datadog-costs, ${connection}, app_key: "\${DD_APP_KEY}" }`,
    ]);

    const { code, stdout } = await program.run(`sync -c job.yaml ${RANGE}`);

    expect(code, stdout).toBe(0);
    const counted = datadog.query('deepgram.requests').map(({ value }) => value);
    expect(counted.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(5);
    expect(datadog.logs.length).toBeGreaterThan(5);
    expect(datadog.costs.calls).toContain('PUT');
  });

  it('gets the dashboard and the monitors once, and loses them again', async () => {
    const { url, assets } = await organization();
    const { program } = await world([
      `metrics: { type: datadog-metrics, api_key: "\${DD_API_KEY}", app_key: "\${DD_APP_KEY}", api_url: "${url}" }`,
    ]);
    const counts = () => [assets.dashboards.all.length, assets.monitors.all.length];

    const seen: unknown[] = [];
    for (const command of ['install', 'install', 'uninstall']) {
      const { code } = await program.run(`datadog ${command} -c job.yaml`);
      seen.push([code, ...counts()]);
    }

    expect(seen).toEqual([
      [0, 1, 4],
      [0, 1, 4],
      [0, 0, 0],
    ]);
  });

  it('refuses a wrong key, which is named by its setting and not shown', async () => {
    const { url } = await organization();
    const { program } = await world([
      ARCHIVE,
      `metrics: { type: datadog-metrics, api_key: "\${DD_API_KEY}", api_url: "${url}" }`,
    ]);
    const wrong = `not-${DATADOG_KEY}`;

    const { code, stdout, stderr } = await program.run(`sync -c job.yaml ${RANGE} --verbose`, {
      DD_API_KEY: wrong,
    });

    expect(code).toBe(4);
    expect(stdout).toContain('Datadog refused the API key');
    expect(stdout + stderr).not.toContain(wrong);
  });
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGUSR2', 128 + constants.signals.SIGUSR2],
  ['SIGALRM', 128 + constants.signals.SIGALRM],
] as const)('%s', (signal, code) => {
  it(`is exit ${code}: what was committed stays, nothing is half-written, and the next run goes on`, async () => {
    let isRunning = true;
    const { program, deepgram } = await world([ARCHIVE, TABLEAU], {
      requestsPerDay: () => {
        const asked = deepgram.calls.filter(({ path }) => path.endsWith('/requests'));
        if (isRunning && asked.length === 3) {
          isRunning = false;
          program.kill(signal);
        }
        return 5;
      },
    });
    await program.write('job.yaml', jobText(deepgram.url, [ARCHIVE, TABLEAU], 'max_concurrency: 1'));
    const line = `sync -c job.yaml ${MONTH} --stream requests --summary summary.json`;

    const interrupted = await program.run(line);
    const left = await program.files();
    const next = await program.run(line);

    const days = (files: object) =>
      Object.keys(files).filter((path) => path.startsWith('out/ndjson/requests/'));
    expect([interrupted.code, next.code]).toEqual([code, 0]);
    expect(JSON.parse(left['summary.json'] ?? '')).toMatchObject({ outcome: 'interrupted', exit_code: code });
    expect(Object.keys(left).filter((path) => /\.(tmp|lock)$/.test(path))).toEqual([]);
    expect(days(left).length).toBeGreaterThan(0);
    expect(days(left).length).toBeLessThan(30);
    expect(days(await program.files())).toHaveLength(30);
  });
});
