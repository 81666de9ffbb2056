import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_KEY, APP_KEY, openOrganization } from '../connectors/datadog/install/organization.js';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, intake, jobText, KEY } from './world.js';

const KEYS = `# of the job
DEEPGRAM_API_KEY="${KEY}"
export DD_API_KEY=${API_KEY} # of the organization
`;

describe('--env-file', () => {
  it.each(['sync', 'check', 'plan', 'validate --env', 'state show'])(
    'has what the environment lacks: %s',
    async (line) => {
      const { terminal } = await open();
      await keys(terminal, KEYS);

      const code = await terminal.run(...line.split(' '), '-c', 'job.yaml', '--env-file', 'keys.env');

      expect(code).toBe(0);
      expect(terminal.stderr).not.toContain('keys.env');
    },
  );

  it('does not replace what the environment has', async () => {
    const { terminal } = await open({ DEEPGRAM_API_KEY: KEY });
    await keys(terminal, KEYS.replace(KEY, 'another-key'));

    const code = await terminal.run('check', '-c', 'job.yaml', '--env-file', 'keys.env');

    expect(code).toBe(0);
  });

  it('is heeded by commands of a vendor', async () => {
    const organization = await openOrganization();
    organization.terminal.env.DD_APP_KEY = '';
    delete organization.terminal.env.DD_APP_KEY;
    await organization.configure({});
    await keys(organization.terminal, `DD_APP_KEY=${APP_KEY}\n`);

    const code = await organization.run('install', '--env-file', 'keys.env');

    expect(code).toBe(0);
    expect(organization.intake.assets.count).toBeGreaterThan(0);
  });

  it('says nothing of what is in it, when everything is refused', async () => {
    const { terminal } = await open();
    await keys(terminal, KEYS.replace(KEY, 'a-key-that-is-wrong').replace(API_KEY, 'another-that-is-wrong'));

    const code = await terminal.run('check', '-c', 'job.yaml', '--env-file', 'keys.env', '--verbose');

    expect(code).toBe(4);
    expect(terminal.stdout + terminal.stderr).not.toMatch(/a-key-that|another-that/);
  });

  it.each([
    ['is not there', undefined, 'There is no file keys.env.'],
    ['has no variable', 'api_key: of-a-yaml-file\n', 'keys.env has no line NAME=value.'],
  ])('that %s is said, in the summary as well', async (_, text, words) => {
    const { terminal } = await open();
    if (text !== undefined) await keys(terminal, text);

    const code = await terminal.run(
      ...['sync', '-c', 'job.yaml', '--env-file', 'keys.env', '--summary', 'summary.json'],
    );

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(words);
    expect(terminal.stderr).toContain('with --env-file.');
    const { 'summary.json': summary = '' } = await terminal.files();
    expect(JSON.parse(summary)).toMatchObject({ exit_code: 2, error: { message: words } });
  });

  it('that everybody may read is said, and read all the same', async () => {
    const { terminal } = await open();
    await keys(terminal, KEYS, 0o644);

    const code = await terminal.run('validate', '--env', '-c', 'job.yaml', '--env-file', 'keys.env');

    expect(code).toBe(0);
    expect(terminal.stderr).toContain(
      'keys.env can be read by everybody on this machine: chmod 600 keys.env leaves it to you alone.',
    );
  });
});

/** A job that needs a key of Deepgram and one of Datadog, in a folder without either. */
async function open(env: Readonly<Record<string, string>> = {}) {
  const { url } = await account();
  const datadog = await intake(API_KEY);
  const terminal = await Terminal.open({ env });
  const sink = `datadog: { type: datadog-metrics, api_url: "${datadog.url}" }`;
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, sink]));
  return { terminal };
}

async function keys(terminal: Terminal, text: string, mode = 0o600): Promise<void> {
  await terminal.write('keys.env', text);
  await chmod(join(terminal.cwd, 'keys.env'), mode);
}
