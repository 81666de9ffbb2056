import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { Terminal } from './terminal.js';

describe('help', () => {
  it.each(['sync', 'plan', 'validate', 'check', 'demo', 'init', 'schema'])('lists %s', async (command) => {
    const terminal = await Terminal.open();

    const code = await terminal.run('--help');

    expect(code).toBe(0);
    expect(terminal.stdout).toMatch(new RegExp(`^  deepgram-export ${command}\\b`, 'm'));
    expect(terminal.stderr).toBe('');
  });

  it('is in English, whatever the language of the system', async () => {
    const language = { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' };
    const terminal = await Terminal.open({ env: language });

    await terminal.run('--help');

    expect(terminal.stdout).toContain('Say what there is');
    expect(terminal.stdout).not.toMatch(/\[(boolean|string|array|number)\]|\[default: false\]/);
    expect(terminal.stdout).toContain('Exit codes: 0 delivered');
  });

  it.each([
    '--config',
    '--since',
    '--until',
    '--stream',
    '--sink',
    '--project',
    '--dry-run',
    '--summary',
    '--log-format',
    '--quiet',
    '--verbose',
  ])('of sync lists %s', async (option) => {
    const terminal = await Terminal.open();

    const code = await terminal.run('sync', '--help');

    expect(code).toBe(0);
    expect(terminal.stdout).toMatch(new RegExp(`^ +(-\\w, )?${option} `, 'm'));
  });
});

it('says its version', async () => {
  const terminal = await Terminal.open();

  const code = await terminal.run('--version');

  expect(code).toBe(0);
  expect(terminal.stdout).toBe(`${manifest.version}\n`);
});

describe('what is not understood ends with exit 2 and says what was meant', () => {
  it.each([
    ['', 'Which command?'],
    ['snyc', 'There is no such command. Did you mean sync?'],
    ['frobnicate', 'There is no command frobnicate.'],
    ['sync --sumary x', 'There is no option --sumary (did you mean "--summary"?).'],
    ['sync --days 3', 'This command has no option --days.'],
    ['sync --dry-rum', 'There is no option --dry-rum (did you mean "--dry-run"?).'],
    ['sync -z', 'There is no option -z.'],
    ['sync extra', 'One word too many: extra.'],
    ['sync -c', '-c needs a value.'],
    ['sync --config', '--config needs a value.'],
    ['sync --config=', '--config needs a value.'],
    ['sync --since', '--since needs a value.'],
    ['sync --stream', '--stream needs a value.'],
    ['sync --stream --quiet', '--stream needs a value.'],
    ['sync --stream=', '--stream needs a value.'],
    ['sync -c a.yaml -c b.yaml', '-c is given twice.'],
    ['sync --since 1d --since 2d', '--since is given twice.'],
    ['sync --no-config', 'There is no option --no-config (did you mean "--config"?).'],
    ['sync --summary.path x', 'One of the options is not known here.'],
    ['sync --log-format xml', '--log-format must be one of "pretty", "json".'],
    ['state forget', 'A name is missing.'],
    ['demo --days', '--days needs a value.'],
    ['demo --days 1 --days 2', '--days is given twice.'],
  ])('%s', async (line, message) => {
    const terminal = await Terminal.open();

    const code = await terminal.run(...line.split(' ').filter((word) => word !== ''));

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(message);
    expect(terminal.stderr).toMatch(/^See deepgram-export (?:sync |state forget |demo )?--help\.$/m);
    expect(terminal.stdout).toBe('');
  });

  it('each unknown option on a line of its own, once', async () => {
    const terminal = await Terminal.open();

    await terminal.run('sync', '--sinc', '1d', '--foo-bar');

    expect(terminal.stderr.split('\n')).toEqual([
      'There is no option --sinc (did you mean "--since"?).',
      'There is no option --foo-bar.',
      'See deepgram-export sync --help.',
      '',
    ]);
  });

  it.each([
    ['snyc', 'deepgram-export --help'],
    ['--foo sync', 'deepgram-export --help'],
    ['plan --foo', 'deepgram-export plan --help'],
    ['init --foo', 'deepgram-export init --help'],
    ['state', 'deepgram-export state --help'],
    ['state forget', 'deepgram-export state forget --help'],
    ['state sync', 'deepgram-export state --help'],
  ])('with the help of the command that was meant: %s', async (line, help) => {
    const terminal = await Terminal.open();

    await terminal.run(...line.split(' '));

    expect(terminal.stderr).toContain(`See ${help}.\n`);
  });

  it('without repeating a key that ended up in the wrong place', async () => {
    const key = '0123456789abcdef0123456789abcdef01234567';
    const terminal = await Terminal.open();

    const codes = [await terminal.run('sync', key), await terminal.run('sync', `--${key}`)];

    expect(codes).toEqual([2, 2]);
    expect(terminal.stderr).not.toContain(key);
  });
});
