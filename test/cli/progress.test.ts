import { expect, it } from 'vitest';
import type { Clock } from '../../src/time/clock.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY } from './world.js';

/** Time passes whenever somebody looks at it. */
function hastyClock(): Clock {
  let now = NOW;
  return {
    now: () => {
      now += 1_000;
      return now;
    },
    sleep: async () => {},
  };
}

it('on a terminal is one line that is drawn again, and gone at the end', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, isTTY: true, clock: hastyClock() });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('sync', '-c', 'job.yaml');

  const states = terminal.stderr.split('\r\u001B[2K');
  expect(
    states.filter((state) => /^\d+ records?, \d+ of 29 partitions, /.test(state)).length,
  ).toBeGreaterThan(1);
  expect(states.at(-1)).toBe('');
});

it('elsewhere is a plain line now and then', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, clock: hastyClock() });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('sync', '-c', 'job.yaml');

  expect(terminal.stderr).toMatch(
    /^\d\d:\d\d:\d\d \d+ records?, \d+ of 29 partitions, \d+ calls?, (?:\d+ min )?[\d.]+ s(?:, about \d+ (?:s|min) left)?(?:; waiting .*)?$/m,
  );
  expect(terminal.stderr).not.toContain('\u001B');
  expect(terminal.stderr).not.toContain('\r');
});

it('is not shown with --quiet', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, isTTY: true, clock: hastyClock() });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('sync', '-c', 'job.yaml', '--quiet');

  expect(terminal.stderr).toBe('');
});
