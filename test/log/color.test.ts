import { expect, it } from 'vitest';
import { Terminal } from '../cli/terminal.js';
import { ARCHIVE, account, jobText, KEY } from '../cli/world.js';

it.each([
  ['a terminal', true, {}, true],
  ['anything else', false, {}, false],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['a terminal that is dumb', true, { TERM: 'dumb' }, false],
  ['anything else with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
  ['anything else with FORCE_COLOR=0', false, { FORCE_COLOR: '0' }, false],
  ['anything else with both', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('on %s', async (_, isTTY, env, isColored) => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, ...env }, isTTY });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('sync', '-c', 'job.yaml', '--stream', 'projects');

  expect(terminal.stdout.includes('\u001B[32mEverything was delivered.')).toBe(isColored);
});
