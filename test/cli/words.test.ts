import { describe, expect, it, onTestFinished } from 'vitest';
import { startIntake } from '../../connectors/stand-ins/datadog/intake.js';
import type { Clock } from '../../src/time/clock.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, intake, jobText, KEY, TABLEAU } from './world.js';

const [ONE, OTHER] = ['1f6c0d5e-8f0b-4f5c-9a53-0c1d7f3b2a61', '2f6c0d5e-8f0b-4f5c-9a53-0c1d7f3b2a62'];
const NAMESAKES = [ONE, OTHER].map((id) => ({ id, name: 'Support' }));
const BLOCKED = 'blocked: { type: ndjson, path: in-the-way }';

async function ready(text: (url: string) => string, options: Parameters<typeof account>[0] = {}) {
  const standIn = await account(options);
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', text(standIn.url));
  await terminal.write('in-the-way', '');
  return { terminal, ...standIn };
}

const archiveOf = (url: string) => jobText(url, [ARCHIVE]);

describe('projects are called', () => {
  it('by their names, and by their ids too where two have the same', async () => {
    const { terminal, faults } = await ready(archiveOf, { projects: NAMESAKES });
    faults.next('not-found', 1, ({ path }) => path === `/v1/projects/${OTHER}/requests`);

    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests');

    const said = terminal.stdout + terminal.stderr;
    expect(said).toContain('requests of Support (2f6c0d5e), 2026-11-');
    expect(said).toContain('Could not read the requests of Support (2f6c0d5e), ');
    expect(said.replaceAll(`/projects/${OTHER}/`, '')).not.toContain(OTHER);
  });

  it('so by state show and plan --verbose, which take those that are alike together', async () => {
    const { terminal } = await ready(archiveOf, { projects: [...NAMESAKES, { id: 'p-3', name: 'Voice' }] });
    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage,projects');
    const [show, plan] = [terminal.again(), terminal.again()];

    await show.run('state', 'show', '-c', 'job.yaml');
    await plan.run('plan', '-c', 'job.yaml', '--no-state', '--verbose', '--stream', 'usage');

    expect(show.stdout).toMatch(/^archive +usage +all 3 projects +- +2026-11-19 to 2026-11-20$/m);
    expect(show.stdout).toMatch(/^archive +projects +all 3 projects +- +as of 2026-11-20$/m);
    expect(plan.stdout).toContain('usage of Support (1f6c0d5e), 2026-11-19  archive: in the window');
    expect(plan.stdout).toContain('usage of Voice, 2026-11-20  archive: in the window');
  });

  it('by state show in few lines, though there are three hundred and they differ', async () => {
    const projects = Array.from({ length: 300 }, (_, at) => ({ id: `p-${at}`, name: `Team ${at}` }));
    const { terminal } = await ready(archiveOf, { projects: projects.slice(0, 1) });
    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage');
    const path = '.deepgram-export/state.json';
    const state = JSON.parse((await terminal.files())[path] ?? '');
    const known = state.sources.deepgram.usage['p-0'].archive;
    state.sources.deepgram.usage = Object.fromEntries(
      projects.map(({ id }, at) => {
        const from = `2026-${String(1 + (at % 10)).padStart(2, '0')}-01`;
        return [id, { archive: { ...known, closed: [[from, '2026-11-16']] } }];
      }),
    );
    await terminal.write(path, JSON.stringify(state));

    const show = terminal.again();
    await show.run('state', 'show', '-c', 'job.yaml');

    const lines = show.stdout.split('\n').filter((line) => line.startsWith('archive '));
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^archive +usage +30 projects +2026-\d\d-01 to 2026-11-16 /);
    expect(lines[4]).toMatch(/^archive +usage +180 others that differ +… /);
  });
});

describe('one trouble is said', () => {
  it('once while it runs, and once at its end with how often it was', async () => {
    const { terminal, faults } = await ready(archiveOf, {
      projects: NAMESAKES,
      errors: {},
    });
    faults.rate(1, 1, ['not-found'], ({ path }) => path.endsWith('/requests') || path.endsWith('/balances'));

    await terminal.run('sync', '-c', 'job.yaml', '--since', '2026-11-16');

    expect(terminal.stderr.match(/could not be read: /g)).toHaveLength(1);
    expect(terminal.stdout).toMatch(
      /^ {2}! \w+ of Support \(\w+\), [\d-]+ \(and \d+ more, in all of balances, requests in 2 projects\): Could not /m,
    );
    expect(terminal.stdout.match(/Could not /g)).toHaveLength(1);
  });

  it('of tries that fail alike once, and how many there were in the last line', async () => {
    const { terminal, faults } = await ready(archiveOf);
    for (const end of ['/requests', '/balances', '/keys'])
      faults.next('server-error', 2, ({ path }) => path.endsWith(end));

    const code = await terminal.run('sync', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stderr.match(/; try \d of 6/g)).toHaveLength(1);
    expect(terminal.stdout).toContain(' calls, 6 of them again');
  });
});

describe('the first words say', () => {
  it('what a sink did not get, where that is most of it', async () => {
    const datadog = await intake('dd-api-key');
    const sink = `datadog: { type: datadog-metrics, api_key: dd-api-key, api_url: "${datadog.url}" }`;
    const { terminal } = await ready((url) => jobText(url, [ARCHIVE, sink]), { requestsPerDay: 200 });

    const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests');

    expect(code).toBe(0);
    expect(terminal.stdout).toMatch(
      /^Delivered, but datadog got \d+ of \d+ records: (?:the|most of the) others are older than 1 hour\. /m,
    );
    expect(terminal.stdout).not.toContain('Everything');
  });

  it('not again what an earlier run has sent or said, but what was never sent in between', async () => {
    const standIn = await account({ requestsPerDay: 1_000 });
    const { clock } = standIn;
    const datadog = await startIntake({ apiKey: KEY, clock: { ...clock, sleep: async () => {} } });
    onTestFinished(() => datadog.close());
    const env = { DEEPGRAM_API_KEY: KEY };
    const terminal = await Terminal.open({ env, clock: { now: () => clock.now(), sleep: async () => {} } });
    const sink = `datadog: { type: datadog-metrics, api_key: ${KEY}, api_url: "${datadog.url}" }`;
    await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE, sink]));
    const summaryAfter = async (minutes: number) => {
      clock.advance(minutes * 60_000);
      const run = terminal.again();
      await run.run('sync', '-c', 'job.yaml', '--stream', 'requests');
      return run.stdout;
    };

    const said = [
      await summaryAfter(0),
      await summaryAfter(15),
      await summaryAfter(50),
      await summaryAfter(5 * 60),
    ];

    const first = said.map((text) => /^(?:Delivered|Everything)[^.:]*/m.exec(text)?.[0]);
    const but = expect.stringMatching(/^Delivered, but datadog got [\d,]+ of [\d,]+ records$/);
    expect(first).toEqual([but, 'Everything was delivered', 'Everything was delivered', but]);
    expect(said.map((text) => text.includes('! datadog: To have points older than 1 hour'))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    for (const text of said.slice(1)) expect(text).toMatch(/skipped: of a time that an earlier run has/);
  });

  it('which sinks failed', async () => {
    const { terminal } = await ready((url) => jobText(url, [ARCHIVE, BLOCKED]));

    await terminal.run('sync', '-c', 'job.yaml');

    expect(terminal.stdout).toContain(
      'Some required sinks failed (blocked); the others have everything. (exit 4)',
    );
  });

  it.each([
    [
      'the state',
      { '.deepgram-export/state.json': '{' },
      'Nothing was done: the state cannot be used. (exit 2)',
    ],
    ['a project', {}, 'Nothing was done: a project that was asked for is not there. (exit 2)'],
  ])('that it is %s, and nothing of a configuration that is right', async (_, files, words) => {
    const { terminal } = await ready(archiveOf);
    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage');
    for (const [name, text] of Object.entries(files)) await terminal.write(name, text);

    const run = terminal.again();
    const project = Object.keys(files).length === 0 ? ['--project', 'Nowhere'] : [];
    await run.run('sync', '-c', 'job.yaml', ...project);

    expect(run.stderr).toContain(words);
    expect(run.stderr).not.toContain('the configuration or the options');
  });

  it('with an interrupt, in one line, what becomes of the rest', async () => {
    const { terminal } = await ready(archiveOf);
    terminal.interrupt(130);

    await terminal.run('sync', '-c', 'job.yaml');

    const said = (terminal.stdout + terminal.stderr).trim().split('\n');
    expect(said).toEqual([expect.stringMatching(/^Interrupted: .* \(exit 130\) /)]);
  });
});

describe('check ends with one line', () => {
  it.each([
    [[ARCHIVE, TABLEAU], 'Everything works: sync can read 1 stream for 2 sinks.'],
    [[ARCHIVE, BLOCKED], '1 of 5 checks failed: mend what is marked `no` above.'],
  ])('%j', async (sinks, line) => {
    const { terminal } = await ready((url) => jobText(url, sinks));

    await terminal.run('check', '-c', 'job.yaml', '--stream', 'usage');

    expect(terminal.stdout.trimEnd().split('\n').at(-1)).toBe(line);
  });
});

describe('on GitHub', () => {
  it('a run that failed is one error, as text that is nothing else', async () => {
    const { terminal, faults } = await ready(archiveOf, {
      projects: [{ id: 'p-1', name: '100%\n::error::Support' }],
    });
    faults.next('not-found', 9, ({ path }) => path.endsWith('/requests'));
    terminal.env.GITHUB_ACTIONS = 'true';

    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests');

    const commands = terminal.stderr.split('\n').filter((line) => line.startsWith('::'));
    expect(commands).toEqual([
      expect.stringMatching(
        /^::error::Not everything could be read from Deepgram\. \(exit 3\)%0A.*100%25 ::error::/,
      ),
    ]);
  });

  it('what a run that delivered has to say is a warning each', async () => {
    const datadog = await intake('dd-api-key');
    const sink = `datadog: { type: datadog-metrics, api_key: dd-api-key, api_url: "${datadog.url}" }`;
    const { terminal } = await ready((url) => jobText(url, [sink]));
    terminal.env.GITHUB_ACTIONS = 'true';

    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests');

    expect(terminal.stderr).toMatch(/^::warning::datadog: \d+ skipped: older than 1 hour/m);
    expect(terminal.stderr).not.toContain('dd-api-key');
  });

  it('a command that could not begin is an error, and nowhere else', async () => {
    const terminal = await Terminal.open({ env: { GITHUB_ACTIONS: 'true' } });
    const elsewhere = await Terminal.open();

    await terminal.run('validate', '-c', 'nowhere.yaml');
    await terminal.run('sync', '--sumary', 'x');
    await elsewhere.run('validate', '-c', 'nowhere.yaml');

    expect(terminal.stderr.match(/^::error::.*$/gm)).toEqual([
      expect.stringContaining('nowhere.yaml'),
      '::error::There is no option --sumary (did you mean "--summary"?).',
    ]);
    expect(elsewhere.stderr).not.toContain('::error');
  });
});

describe('near misses are said with what to write', () => {
  it('a list with commas is one', async () => {
    const { terminal } = await ready(archiveOf);

    const code = await terminal.run(
      'sync',
      '-c',
      'job.yaml',
      '--stream',
      'usage, projects',
      '--sink',
      'archive',
    );

    expect(code).toBe(0);
    expect(Object.keys(await terminal.files('out/ndjson')).map((path) => path.split('/')[0])).toEqual(
      expect.arrayContaining(['usage', 'projects']),
    );
  });

  it.each([
    ['usage_by_deployment', 'usage: { group_by: [endpoint, method, models, tags, accessor, deployment] }'],
    [
      'billing_by_accessor_tags',
      'billing: { group_by: [line_item, accessor, [line_item, tags], [accessor, tags]] }',
    ],
    ['members', 'members: {}'],
  ])('%s, which is not read', async (stream, line) => {
    const { terminal } = await ready(archiveOf);

    const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', stream);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(
      `--stream: "${stream}" is not in this job: to have it, write \`${line}\` under \`streams\` in the file`,
    );
    const added = terminal.again();
    await added.write('more.yaml', `${(await added.files())['job.yaml']}streams:\n  ${line}\n`);
    expect(await added.run('plan', '-c', 'more.yaml', '--stream', stream)).toBe(0);
  });

  it.each(['$DEEPGRAM_API_KEY', '%DEEPGRAM_API_KEY%'])('a key that is %s', async (key) => {
    const { terminal } = await ready((url) => archiveOf(url).replace('${DEEPGRAM_API_KEY}', `"${key}"`));

    const code = await terminal.run('validate', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(
      'source.api_key: is the name of a variable and not a key: only ${DEEPGRAM_API_KEY}, with its braces, means what the variable holds',
    );
  });

  it('an option that is needed', async () => {
    const terminal = await Terminal.open();

    expect(await terminal.run('replay')).toBe(2);
    expect(terminal.stderr).toContain('--from is needed.\n');
  });
});

/** A clock on which a second of waiting takes a few milliseconds. */
function quickClock(): Clock & { nowMs: number } {
  const clock = {
    nowMs: NOW,
    now: () => clock.nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      signal?.throwIfAborted();
      clock.nowMs += ms;
    },
  };
  return clock;
}

it.each(['sync', 'plan', 'check'])('%s says within five seconds what it waits for', async (command) => {
  const { url, faults } = await account({ latencyMs: 100 });
  faults.clear();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, clock: quickClock() });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run(command, '-c', 'job.yaml', '--stream', 'usage');

  const [first] = terminal.stderr.split('\n').filter((line) => line.includes('; waiting '));
  expect(first).toMatch(
    /^12:00:0[0-5] Getting ready, \d calls?, [0-5]\.\d s; waiting \d\.\d s to list the projects$/,
  );
});
