import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayAt, daysThrough } from '../../src/time/day.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

const STATE = '.deepgram-export/state.json';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const REQUESTS = ['-c', 'job.yaml', '--stream', 'requests', '--sink', 'archive'];

/** A job of the requests of two days at a time, with a clock that a test moves. */
async function ready(window = '{ since: 1d }') {
  const standIn = await account();
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, clock });
  await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE, TABLEAU]).replace('{ since: 1d }', window));
  const run = async (...argv: readonly string[]) => {
    const program = terminal.again();
    const before = standIn.calls.length;
    const code = await program.run(...argv, '--summary', 'summary.json');
    const read = standIn.calls.slice(before).flatMap(({ path, query }) => {
      // A day is asked for from a moment before it on.
      const start = query.get('start');
      return path.endsWith('/requests') && start !== null ? [dayAt(Date.parse(start) + 1_000)] : [];
    });
    const summary = JSON.parse(await readFile(join(terminal.cwd, 'summary.json'), 'utf8'));
    return { code, read: [...new Set(read)].sort(), summary, said: program.stdout + program.stderr };
  };
  const later = (ms: number) => {
    clock.nowMs += ms;
    standIn.clock.advance(ms);
  };
  return { run, later, terminal };
}

describe('a window in words', () => {
  it.each([
    ['--month', '2026-10', '2026-10-01', '2026-10-31'],
    ['--month', 'last', '2026-10-01', '2026-10-31'],
    ['--month', 'this', '2026-11-01', '2026-11-20'],
    ['--month', '2026-11', '2026-11-01', '2026-11-20'],
    ['--yesterday', undefined, '2026-11-19', '2026-11-19'],
  ])('%s %s is read from %3$s to %4$s, and said so', async (option, value, since, until) => {
    const { run } = await ready();

    const { code, read, summary, said } = await run(
      'sync',
      ...REQUESTS,
      ...[option, value].flatMap((word) => word ?? []),
    );

    const days = since === until ? since : `${since} to ${until}`;
    expect([code, summary.window]).toEqual([0, { since, until }]);
    expect(read).toEqual(daysThrough(since, until));
    expect(said).toContain(`Reading ${days} for archive\n`);
    expect(said).toContain(`Everything was delivered. ${days}, `);
  });

  it.each(['sync', 'plan', 'backfill', 'check'])('is known to %s', async (command) => {
    const { terminal } = await ready();

    const code = await terminal.run(command, ...REQUESTS, '--yesterday');

    expect([code, terminal.stderr]).toEqual([0, expect.not.stringContaining('error')]);
  });

  it('is known to replay', async () => {
    const { run, terminal } = await ready();
    await run('sync', ...REQUESTS);
    const program = terminal.again();

    const code = await program.run(
      'replay',
      ...[
        '-c',
        'job.yaml',
        '--from',
        'out/ndjson',
        '--stream',
        'requests',
        '--sink',
        'tableau',
        '--yesterday',
      ],
    );

    expect([code, program.stdout]).toEqual([0, expect.stringContaining(' 2026-11-19, 0 calls')]);
  });

  it.each([
    [['--month', '2026-10', '--since', '7d'], '--month and --since both say which days: give one of them'],
    [['--yesterday', '--until', 'now'], '--yesterday and --until both say which days: give one of them'],
    [['--month', 'last', '--yesterday'], '--month and --yesterday both say which days: give one of them'],
    [['--month', '2026-13'], '--month: must be this, last, or a month as YYYY-MM'],
    [['--month', 'november'], '--month: must be this, last, or a month as YYYY-MM'],
    [['--month', '2014-12'], '--month: must not be before 2015-01'],
    [['--month', '2026-12'], 'The window is empty: it begins on 2026-12-01 and ends on 2026-11-20.'],
  ])('%j is a mistake that is said in a sentence', async (options, sentence) => {
    const { run } = await ready();

    const { code, said, read } = await run('sync', ...REQUESTS, ...options);

    expect([code, read]).toEqual([2, []]);
    expect(said).toContain(sentence);
  });
});

describe('a window that was given by hand', () => {
  it.each([
    ['before the first ordinary run', false],
    ['after one', true],
  ])('is read for itself, %s: the next ordinary run begins where it would have begun', async (_, isAfter) => {
    const { run, later } = await ready();
    if (isAfter) await run('sync', ...REQUESTS);

    const byHand = await run('sync', ...REQUESTS, '--month', '2026-10');
    later(DAY);
    const ordinary = await run('sync', ...REQUESTS);

    expect(byHand.read).toEqual(daysThrough('2026-10-01', '2026-10-31'));
    expect(ordinary.read).toEqual(daysThrough(isAfter ? '2026-11-19' : '2026-11-20', '2026-11-21'));
    expect(ordinary.summary.window.since).toBe(ordinary.read[0]);
  });

  it('is not more than that, though days before it are lacking', async () => {
    const { run, later } = await ready();
    await run('sync', ...REQUESTS);
    later(5 * DAY);

    const { read } = await run('sync', ...REQUESTS, '--yesterday');
    const ordinary = await run('sync', ...REQUESTS);

    expect(read).toEqual(['2026-11-24']);
    expect(ordinary.read).toEqual(
      daysThrough('2026-11-19', '2026-11-25').filter((day) => day !== '2026-11-24'),
    );
  });

  it('has its days read again until they are closed, and no others', async () => {
    const { run, later } = await ready('{ since: 1d, lookback: 5d }');

    await run('sync', ...REQUESTS, '--since', '2026-11-14', '--until', '2026-11-16');
    later(7 * HOUR);
    const { read } = await run('sync', ...REQUESTS);

    expect(read).toEqual(['2026-11-15', '2026-11-16', '2026-11-19', '2026-11-20']);
  });
});

it('what an ordinary run wanted and did not get is wanted still when the window has moved on', async () => {
  const { run, later, terminal } = await ready();
  await run('sync', ...REQUESTS);
  // As if the first of its days had never come.
  const state = JSON.parse(await readFile(join(terminal.cwd, STATE), 'utf8'));
  const known = state.sources.deepgram.requests['p-1'].archive;
  delete known.open['2026-11-19'];
  await writeFile(join(terminal.cwd, STATE), JSON.stringify(state));
  later(3 * DAY);

  const { read } = await run('sync', ...REQUESTS);

  expect(known.begins).toBe('2026-11-19');
  expect(read[0]).toBe('2026-11-19');
});

it('a state of before there were beginnings goes on from its first day, and delivers nothing again', async () => {
  const { run, later, terminal } = await ready('{ since: 7d }');
  await run('sync', ...REQUESTS);
  const path = join(terminal.cwd, STATE);
  const state = JSON.parse(await readFile(path, 'utf8'));
  const known = state.sources.deepgram.requests['p-1'].archive;
  delete known.begins;
  await writeFile(path, JSON.stringify({ ...state, version: 3 }));
  later(HOUR);

  const byHand = await run('sync', ...REQUESTS, '--since', '2026-11-10', '--until', '2026-11-14');
  const after = JSON.parse(await readFile(path, 'utf8'));

  expect(byHand.read).toEqual(['2026-11-10', '2026-11-11', '2026-11-12']);
  expect(after).toMatchObject({
    version: 4,
    sources: { deepgram: { requests: { 'p-1': { archive: { begins: '2026-11-13' } } } } },
  });
});
