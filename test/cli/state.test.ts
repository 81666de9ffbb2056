import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daysThrough } from '../../src/time/day.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

const STATE = '.deepgram-export/state.json';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A terminal whose clock a test moves, with a job of the requests of a week. */
async function ready(sinks: readonly string[] = [ARCHIVE], window = '{ since: 7d }') {
  const standIn = await account();
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, clock });
  const text = jobText(standIn.url, sinks).replace('{ since: 1d }', window);
  await terminal.write('job.yaml', `${text}streams: { usage: false, billing: false, purchases: false }\n`);
  const later = (ms: number) => {
    clock.nowMs += ms;
    standIn.clock.advance(ms);
    return terminal.again();
  };
  const stateText = () => readFile(join(terminal.cwd, STATE), 'utf8');
  return { ...standIn, terminal, later, stateText, clock };
}

function daysAsked(calls: readonly { readonly path: string; readonly query: URLSearchParams }[]): number {
  return calls.filter(({ path }) => path.endsWith('/requests')).length;
}

describe('sync', () => {
  it('remembers what it delivered, and reads only what is lacking the next time', async () => {
    const { terminal, later, calls } = await ready();

    const first = await terminal.run('sync', '-c', 'job.yaml');
    const asked = daysAsked(calls);
    const second = await later(6 * HOUR).run('sync', '-c', 'job.yaml');

    expect([first, second]).toEqual([0, 0]);
    expect([asked, daysAsked(calls) - asked]).toEqual([8, 4]);
    const readings = daysThrough('2026-11-13', '2026-11-20').map((day) => `state.json.readings/${day}.json`);
    expect(Object.keys(await terminal.files('.deepgram-export'))).toEqual([
      'state.json',
      'state.json.memory',
      ...readings,
    ]);
  });

  it('--no-state reads the window and neither looks at a state nor begins one', async () => {
    const { terminal, later, calls } = await ready();

    await terminal.run('sync', '-c', 'job.yaml', '--no-state');
    const asked = daysAsked(calls);
    await later(HOUR).run('sync', '-c', 'job.yaml', '--no-state');

    expect([asked, daysAsked(calls) - asked]).toEqual([8, 8]);
    expect(await terminal.files('.deepgram-export')).toEqual({});
  });

  it('--full-refresh delivers the whole window again, and remembers it', async () => {
    const { terminal, later, calls, stateText } = await ready();

    await terminal.run('sync', '-c', 'job.yaml');
    const asked = daysAsked(calls);
    await later(HOUR).run('sync', '-c', 'job.yaml', '--full-refresh');

    expect(daysAsked(calls) - asked).toBe(8);
    expect(JSON.parse(await stateText())).toMatchObject({ updated_at: '2026-11-20T13:00:00.000000Z' });
  });

  it('--dry-run looks at the state, and leaves it as it is', async () => {
    const { terminal, later, calls } = await ready();

    await terminal.run('sync', '-c', 'job.yaml');
    const [asked, before] = [daysAsked(calls), await terminal.files('.deepgram-export')];
    const dry = later(DAY);
    const code = await dry.run('sync', '-c', 'job.yaml', '--dry-run');

    expect(code).toBe(0);
    expect(daysAsked(calls) - asked).toBe(5);
    expect(await terminal.files('.deepgram-export')).toEqual(before);
  });

  it('begins a sink anew, with a warning, when its folder is another one', async () => {
    const { terminal, later, calls } = await ready();
    await terminal.run('sync', '-c', 'job.yaml');
    const asked = daysAsked(calls);
    const text = await readFile(join(terminal.cwd, 'job.yaml'), 'utf8');
    await terminal.write('job.yaml', text.replace('out/ndjson', 'elsewhere'));

    const moved = later(HOUR);
    await moved.run('sync', '-c', 'job.yaml');

    expect(daysAsked(calls) - asked).toBe(8);
    expect(moved.stderr).toContain('archive: it has another destination than before');
  });

  it('begins a sink anew, with a warning, when its folder was emptied', async () => {
    const { terminal, later, calls } = await ready([TABLEAU]);
    await terminal.run('sync', '-c', 'job.yaml');
    const [asked, before] = [daysAsked(calls), await terminal.files('out')];
    await rm(join(terminal.cwd, 'out'), { recursive: true });

    const emptied = later(HOUR);
    await emptied.run('sync', '-c', 'job.yaml');

    expect(daysAsked(calls) - asked).toBe(8);
    expect(emptied.stderr).toContain('tableau: its destination is empty');
    expect(Object.keys(await terminal.files('out'))).toEqual(Object.keys(before));
  });

  it('a lookback of more than 90 days is exit 2, with its place', async () => {
    const { terminal, calls } = await ready([ARCHIVE], '{ since: 7d, lookback: P91D }');

    const code = await terminal.run('sync', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(
      'job.yaml:6:32  window.lookback: must not be longer than the 90 days that Deepgram keeps requests',
    );
    expect(calls).toEqual([]);
  });
});

describe('a state that cannot be used', () => {
  it.each([
    ['damaged', '{"version": 1, "si'],
    ['of a newer version', '{"version": 99}'],
    ['of a day long before Deepgram', undefined],
  ])('%s: exit 2, nothing is read or touched, and `state repair` is the way out', async (_, text) => {
    const { terminal, later, stateText, calls } = await ready();
    await terminal.run('sync', '-c', 'job.yaml');
    const strange = text ?? (await stateText()).replace('["2026-11-13"', '["0026-11-13"');
    await terminal.write(STATE, strange);
    const [before, asked] = [await terminal.files(), daysAsked(calls)];

    const refused = later(HOUR);
    const code = await refused.run('sync', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(refused.stderr).toContain(`${STATE} `);
    expect(await terminal.files()).toEqual(before);
    expect(daysAsked(calls)).toBe(asked);

    const repair = later(HOUR);
    const repaired = await repair.run('state', 'repair', '-c', 'job.yaml');
    const next = await later(HOUR).run('sync', '-c', 'job.yaml');

    const aside = '.deepgram-export/state.json.2026-11-20T14-00-00-000Z';
    expect([repaired, next]).toEqual([0, 0]);
    expect(repair.stdout).toBe(
      `The state was set aside as ${aside}. The next sync begins anew: it delivers the whole window, also to ` +
        'sinks that only append, which then have it twice.\n',
    );
    expect((await terminal.files())[aside]).toBe(strange);
    expect(daysAsked(calls) - asked).toBe(8);
  });

  it('of another account: exit 2, and `state forget` is the way out', async () => {
    const { terminal, later, stateText, calls } = await ready([ARCHIVE, TABLEAU]);
    await terminal.run('sync', '-c', 'job.yaml');
    await terminal.write(STATE, (await stateText()).replaceAll('"p-1"', '"p-9"'));
    const checked = later(HOUR);
    const unfit = await checked.run('check', '-c', 'job.yaml');
    const asked = daysAsked(calls);

    const refused = later(HOUR);
    const code = await refused.run('sync', '-c', 'job.yaml');
    const forgotten = await later(HOUR).run('state', 'forget', 'archive', 'tableau', '-c', 'job.yaml');
    const next = await later(HOUR).run('sync', '-c', 'job.yaml');

    expect([unfit, code, forgotten, next]).toEqual([2, 2, 0, 0]);
    expect(checked.stdout).toMatch(/^state\n {2}no {2}read: The state in .* belongs to another account/);
    expect(refused.stderr).toContain('begin anew with `deepgram-export state forget archive tableau`');
    expect(daysAsked(calls) - asked).toBe(8);
  });

  it('a folder: exit 2, and the folder stays', async () => {
    const { terminal } = await ready();
    await mkdir(join(terminal.cwd, STATE), { recursive: true });
    await terminal.write(`${STATE}/mine.txt`, 'mine');

    const code = await terminal.run('sync', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('it is a folder');
    expect(await terminal.files('.deepgram-export')).toEqual({ 'state.json/mine.txt': 'mine' });
  });

  it('that only cannot be read: `state repair` leaves it where it is', async () => {
    const { terminal } = await ready();
    await mkdir(join(terminal.cwd, '.deepgram-export'));
    await symlink('state.json', join(terminal.cwd, STATE));

    const code = await terminal.run('state', 'repair', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('cannot be used: the file system answered ELOOP.');
    expect(await readdir(join(terminal.cwd, '.deepgram-export'))).toEqual(['state.json']);
  });

  it('behind a path that leads through a file: said as such, also by `state repair`, and nothing is moved', async () => {
    const { terminal } = await ready();
    await terminal.write('.deepgram-export', 'a file');

    const show = await terminal.run('state', 'show', '-c', 'job.yaml');
    const repair = terminal.again();
    const repaired = await repair.run('state', 'repair', '-c', 'job.yaml');

    expect([show, repaired]).toEqual([2, 2]);
    expect(terminal.stderr).toContain('cannot be used: a part of the path is a file, not a folder.');
    expect(repair.stderr).toContain('.deepgram-export: something else has that name.');
    expect(await terminal.files('.')).toMatchObject({ '.deepgram-export': 'a file' });
  });

  it('there is none: nothing to repair', async () => {
    const { terminal } = await ready();

    const code = await terminal.run('state', 'repair', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toBe(`There is no state in ${STATE}; nothing to repair.\n`);
  });
});

it('a healthy state has nothing to repair, and stays byte for byte', async () => {
  const { terminal, later } = await ready();
  await terminal.run('sync', '-c', 'job.yaml');
  const before = await terminal.files();

  const repair = later(HOUR);
  const code = await repair.run('state', 'repair', '-c', 'job.yaml');

  expect(code).toBe(0);
  expect(repair.stdout).toBe(
    `The state in ${STATE} is healthy; nothing to repair. To have a sink begin anew: deepgram-export state forget SINK.\n`,
  );
  expect(await terminal.files()).toEqual(before);
});

describe('state forget', () => {
  it('has the next run deliver the whole window to that sink, and leaves the others alone', async () => {
    const { terminal, later, calls, stateText } = await ready([ARCHIVE, TABLEAU]);
    await terminal.run('sync', '-c', 'job.yaml');
    const [asked, before] = [daysAsked(calls), JSON.parse(await stateText())];

    const forget = later(HOUR);
    const code = await forget.run('state', 'forget', 'archive', '-c', 'job.yaml');
    const after = JSON.parse(await stateText());
    const next = await later(HOUR).run('sync', '-c', 'job.yaml');

    expect([code, next]).toEqual([0, 0]);
    expect(forget.stdout).toBe(
      `The state in ${STATE} knows nothing of archive any more. The next sync delivers the whole window there again.\n`,
    );
    expect(Object.keys(after.sinks)).toEqual(['tableau']);
    const requests = (state: typeof before) => state.sources.deepgram.requests['p-1'];
    expect(requests(after)).toEqual({ tableau: requests(before).tableau });
    expect(daysAsked(calls) - asked).toBe(8);
    expect(await terminal.files('.deepgram-export')).not.toHaveProperty('state.json.lock');
  });

  it('takes what is noted of the records that were sent along', async () => {
    const { terminal, later } = await ready();
    await terminal.run('sync', '-c', 'job.yaml');
    await mkdir(join(terminal.cwd, `${STATE}.delivered/archive/requests/p-1/2026-11-20`), {
      recursive: true,
    });
    await mkdir(join(terminal.cwd, `${STATE}.delivered/other`), { recursive: true });

    await later(HOUR).run('state', 'forget', 'archive', '-c', 'job.yaml');

    expect(await readdir(join(terminal.cwd, `${STATE}.delivered`))).toEqual(['other']);
  });

  it.each([
    ['an unknown sink', ['archiv'], 'There is no sink "archiv"', 'did you mean "archive"?'],
    [
      'an unknown sink beside a known one',
      ['archive', 'nobody'],
      'There is no sink "nobody"',
      'Nothing was forgotten',
    ],
  ])('%s is exit 2 with a suggestion, and nothing is changed', async (_, names, message, help) => {
    const { terminal, later } = await ready();
    await terminal.run('sync', '-c', 'job.yaml');
    const before = await terminal.files();

    const forget = later(HOUR);
    const code = await forget.run('state', 'forget', ...names, '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(forget.stderr).toContain(message);
    expect(forget.stderr).toContain(help);
    expect(await terminal.files()).toEqual(before);
  });

  it('asks for a name', async () => {
    const { terminal } = await ready();

    expect(await terminal.run('state', 'forget', '-c', 'job.yaml')).toBe(2);
  });

  it('begins no state where there is none', async () => {
    const { terminal } = await ready();

    const code = await terminal.run('state', 'forget', 'archive', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toBe(`There is no state in ${STATE} yet; nothing to forget.\n`);
    expect(await terminal.files('.deepgram-export')).toEqual({});
  });
});

it.each(['records', 'closed', 'version', '2026-11', 'requests', 'archive', 'sources'])(
  'a key that is the word %s does no harm to the state',
  async (key) => {
    const standIn = await account({ apiKey: key });
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: key } });
    await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE]));

    const codes = [
      await terminal.run('sync', '-c', 'job.yaml'),
      await terminal.again().run('sync', '-c', 'job.yaml'),
    ];

    expect(codes).toEqual([0, 0]);
    expect((await terminal.files())[STATE]).not.toContain('REDACTED');
  },
);

describe('a second run on the same state', () => {
  async function held(beatAgo = 1_000) {
    const world = await ready();
    await mkdir(join(world.terminal.cwd, '.deepgram-export'));
    const holder = {
      id: 'other',
      pid: 4711,
      host: 'elsewhere',
      since: '2026-11-20T11:00:00.000Z',
      beat_at: NOW - beatAgo,
    };
    await writeFile(join(world.terminal.cwd, `${STATE}.lock`), JSON.stringify(holder));
    return world;
  }

  it.each([
    ['sync', []],
    ['backfill', ['--since', '2026-11-18', '--until', '2026-11-18']],
    ['state', ['repair']],
    ['state', ['forget', 'archive']],
  ])('%s %j is refused: exit 6, and who holds it', async (command, options) => {
    const { terminal } = await held();

    const code = await terminal.run(command, ...options, '-c', 'job.yaml');

    expect(code).toBe(6);
    expect(terminal.stderr).toContain(
      'process 4711 on elsewhere, since 2026-11-20T11:00:00.000Z, last seen 1.0 s ago',
    );
    expect(await terminal.files('out')).toEqual({});
    expect(Object.keys(await terminal.files('.deepgram-export'))).toEqual(['state.json.lock']);
  });

  it('takes over from one that is gone, and leaves no lock', async () => {
    const { terminal } = await held(61_000);

    const code = await terminal.run('sync', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stderr).toContain(
      'Taking over the lock of a run that is gone: process 4711 on elsewhere',
    );
    expect(Object.keys(await terminal.files('.deepgram-export'))).not.toContain('state.json.lock');
  });

  it.each([
    ['plan', []],
    ['state', ['show']],
    ['sync', ['--dry-run']],
    ['sync', ['--no-state']],
  ])('%s %j asks for no lock', async (command, options) => {
    const { terminal } = await held();

    const code = await terminal.run(command, ...options, '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(Object.keys(await terminal.files('.deepgram-export'))).toEqual(['state.json.lock']);
  });
});

it('leaves no lock when the run fails', async () => {
  const { terminal, faults } = await ready();
  faults.next('unauthorized', 1);

  await terminal.run('sync', '-c', 'job.yaml');

  expect(await terminal.files('.deepgram-export')).toEqual({});
});

describe('backfill', () => {
  it('delivers its range once more, and leaves the state byte for byte', async () => {
    const { terminal, later, calls, stateText } = await ready();
    await terminal.run('sync', '-c', 'job.yaml');
    const [asked, before] = [daysAsked(calls), await stateText()];

    const backfill = later(HOUR);
    const range = ['--since', '2026-11-01', '--until', '2026-11-14'];
    const code = await backfill.run('backfill', '-c', 'job.yaml', ...range);

    expect(code).toBe(0);
    expect(daysAsked(calls) - asked).toBe(14);
    expect(await stateText()).toBe(before);
    expect(Object.keys(await terminal.files('out'))).toContain(
      'ndjson/requests/project_id=p-1/date=2026-11-01/part.ndjson',
    );
  });

  it('of days that Deepgram has no more says first that they are not there', async () => {
    const { terminal } = await ready();

    const range = ['--since', '2020-01-01', '--until', '2020-01-05'];
    const code = await terminal.run(
      'backfill',
      '-c',
      'job.yaml',
      ...range,
      '--stream',
      'requests',
      '--summary',
      's.json',
    );

    expect(code).toBe(0);
    expect(terminal.stdout).toContain(
      'Delivered, without days of requests that Deepgram has no more (2020-01-01 to 2020-01-05).',
    );
    expect(terminal.stdout).not.toContain('Everything was delivered');
    expect(JSON.parse((await terminal.files())['s.json'] ?? '').source.lost).toEqual([
      {
        sink: 'archive',
        stream: 'requests',
        project: 'p-1',
        first: '2020-01-01',
        last: '2020-01-05',
        days: 5,
      },
    ]);
  });

  it.each([[[]], [['--since', '2026-11-01']], [['--until', '2026-11-01']]])(
    'needs both ends of its range: %j is exit 2, with a summary',
    async (options) => {
      const { terminal, calls } = await ready();

      const code = await terminal.run('backfill', '-c', 'job.yaml', '--summary', 'summary.json', ...options);

      expect(code).toBe(2);
      expect(terminal.stderr).toContain('backfill needs a range: --since and --until.');
      expect(calls).toEqual([]);
      expect(JSON.parse((await terminal.files())['summary.json'] ?? '')).toMatchObject({ exit_code: 2 });
    },
  );
});

describe('state show', () => {
  it('prints what every sink has', async () => {
    const { terminal, later } = await ready([
      'archive: { type: ndjson, path: out/ndjson, streams: [requests, balances] }',
      'tables: { type: tableau-csv, path: out/tableau, streams: [balances] }',
    ]);
    await terminal.run('sync', '-c', 'job.yaml');

    const show = later(HOUR);
    const code = await show.run('state', 'show', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(show.stdout.split('\n')).toEqual([
      'SINK     STREAM    PROJECTS      DELIVERED AND CLOSED      OPEN',
      'archive  balances  Support line  -                         2026-11-20',
      'archive  requests  Support line  2026-11-13 to 2026-11-16  2026-11-17 to 2026-11-20',
      'tables   balances  Support line  -                         2026-11-20',
      '',
      'As of 2026-11-20 12:00 UTC. Open days are read again: `deepgram-export plan` says which by the next run.',
      '',
    ]);
  });

  it('says that there is none', async () => {
    const { terminal } = await ready();

    const code = await terminal.run('state', 'show', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toBe(`There is no state in ${STATE} yet: the first sync begins it.\n`);
  });
});

describe('plan', () => {
  it('says why each day is read, and writes nothing', async () => {
    const { terminal, later } = await ready([ARCHIVE]);
    await terminal.run('sync', '-c', 'job.yaml');
    const text = await readFile(join(terminal.cwd, 'job.yaml'), 'utf8');
    await terminal.write('job.yaml', text.replace(ARCHIVE, `${ARCHIVE}\n  ${TABLEAU}`));
    const before = await terminal.files();

    const plan = later(DAY);
    const code = await plan.run('plan', '-c', 'job.yaml', '--stream', 'requests', '--verbose');

    expect(code).toBe(0);
    expect(plan.stdout.split('\n')).toEqual([
      'requests of Support line, 2026-11-13  tableau: never delivered',
      'requests of Support line, 2026-11-14  tableau: never delivered',
      'requests of Support line, 2026-11-15  tableau: never delivered',
      'requests of Support line, 2026-11-16  tableau: never delivered',
      'requests of Support line, 2026-11-17  archive: not closed, tableau: never delivered',
      'requests of Support line, 2026-11-18  archive: within the lookback, tableau: never delivered',
      'requests of Support line, 2026-11-19  archive: within the lookback, tableau: never delivered',
      'requests of Support line, 2026-11-20  archive: changed since they were read, tableau: never delivered',
      'requests of Support line, 2026-11-21  archive: never delivered, tableau: never delivered',
      '',
      '2026-11-13 to 2026-11-21, 1 project',
      '',
      'STREAM    DAYS                      PARTITIONS  CALLS  WHY',
      'requests  2026-11-13 to 2026-11-21           9      9  tableau: 9 never delivered; ' +
        'archive: 1 not closed, 2 within the lookback, 1 changed since they were read, 1 never delivered; ' +
        'not read: archive: 4 closed',
      '',
      '9 partitions, at least 12 calls, 3 of them for projects and totals, and a few for names.',
      'A day with more than 1,000 requests takes about one call more for every 900 of them.',
      '',
    ]);
    expect(await terminal.files()).toEqual(before);
  });

  it('says that nothing is lacking', async () => {
    const { terminal, later } = await ready();
    const days = ['--since', '2026-11-13', '--until', '2026-11-14', '--stream', 'requests'];
    await terminal.run('sync', '-c', 'job.yaml', ...days);

    const plan = later(DAY);
    await plan.run('plan', '-c', 'job.yaml', ...days);

    expect(plan.stdout).toMatch(/^requests +- +0 +0 {2}not read: archive: 2 closed$/m);
  });

  it('--no-state plans the whole window', async () => {
    const { terminal, later } = await ready();
    await terminal.run('sync', '-c', 'job.yaml');

    const plan = later(HOUR);
    await plan.run('plan', '-c', 'job.yaml', '--stream', 'requests', '--no-state');

    expect(plan.stdout).toMatch(/^requests +2026-11-13 to 2026-11-20 +8 +8 {2}archive: 8 in the window$/m);
  });
});
