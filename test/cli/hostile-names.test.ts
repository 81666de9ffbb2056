import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

const PATH = '../../etc/passwd';
const FORMULA = "=cmd|' /C calc'!A0";
/** Clears the screen, sets the window's title, forges a line and commands of CI systems. */
const CONTROLS =
  '\u001B[2J\u001B]0;title\u0007\u009B1A\r\n::error::forged\u202E##[add-mask]e##vso[task.complete]';

const BALANCE = { balance_id: '../../up', amount: 1.5, units: FORMULA, purchase_order_id: '@SUM(A1)' };

describe('a project with a path as its id and a formula as its name', () => {
  const hostile = () =>
    account({
      projects: [{ id: PATH, name: FORMULA }],
      answers: { [`/v1/projects/${encodeURIComponent(PATH)}/balances`]: { balances: [BALANCE] } },
    });
  const sync = ['sync', '-c', 'job.yaml', '--stream', 'projects', 'balances'];

  it('stays inside the output folders', async () => {
    const { url } = await hostile();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU]));

    const code = await terminal.run(...sync);

    const paths = Object.keys(await terminal.files('..')).filter((path) => path.includes('passwd'));
    expect(code).toBe(0);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !path.startsWith('work/out/'))).toEqual([]);
    expect(paths).toContain(
      'work/out/ndjson/projects/project_id=%2E%2E%2F%2E%2E%2Fetc%2Fpasswd/snapshot.ndjson',
    );
  });

  it('keeps its data: as it is in NDJSON, harmless in CSV', async () => {
    const { url } = await hostile();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU]));

    await terminal.run(...sync);

    const files = await terminal.files('out');
    const folder = 'project_id=%2E%2E%2F%2E%2E%2Fetc%2Fpasswd';
    const balance: unknown = JSON.parse(files[`ndjson/balances/${folder}/date=2026-11-20/part.ndjson`] ?? '');
    expect(balance).toMatchObject({
      project_id: PATH,
      project_name: FORMULA,
      balance_id: '../../up',
      units: FORMULA,
      purchase_order_id: '@SUM(A1)',
    });
    expect(files['tableau/projects.csv']).toContain(`'${FORMULA}`);
    expect(files['tableau/balances.csv']).toContain("'@SUM(A1)");
  });
});

describe('control sequences in a name', () => {
  const projects = [{ id: `p-${CONTROLS}`, name: `Support${CONTROLS}` }];

  it.each([
    'plan -c job.yaml',
    'check -c job.yaml',
    'sync -c job.yaml --verbose',
    'sync -c job.yaml --log-format json --verbose',
    'sync -c job.yaml --project Nowhere',
  ])('do not reach the terminal: %s', async (line) => {
    const { url } = await account({ projects, apiKey: KEY });
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, NO_COLOR: '1' }, isTTY: true });
    await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

    await terminal.run(...line.split(' '));

    const printed = terminal.stdout + terminal.stderr.replaceAll('\r\u001B[2K', '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(printed).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    expect(printed).not.toMatch(/^\s*::/m);
    expect(printed).not.toMatch(/##\w*\[/);
  });

  it('do not leave the state', async () => {
    const { url } = await account({ projects });
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(url, [ARCHIVE]));
    await terminal.run('sync', '-c', 'job.yaml', '--stream', 'projects', '--summary', 'summary.json');
    const later = terminal.again();

    const code = await later.run('state', 'show', '-c', 'job.yaml');

    const { 'summary.json': summary = '' } = await terminal.files();
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(later.stdout + summary).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]|##\w*\[/);
    expect(JSON.parse(summary)).toMatchObject({ projects });
  });

  it('do not reach the step summary', async () => {
    const { url } = await account({ projects });
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, GITHUB_STEP_SUMMARY: 'steps.md' } });
    await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

    await terminal.run('sync', '-c', 'job.yaml', '--project', 'Nowhere');

    const { 'steps.md': markdown = '' } = await terminal.files();
    expect(markdown).toContain('Support');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(markdown).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    expect(markdown).not.toMatch(/^\s*::/m);
  });
});

it('markup in a name is text in the step summary', async () => {
  const name = '<img src=x onerror=alert(1)> [a](https://example.com) | **b** `c` $d$ ~~e~~';
  const { url } = await account({ projects: [{ id: 'p-1', name }] });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, GITHUB_STEP_SUMMARY: 'steps.md' } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  await terminal.run('sync', '-c', 'job.yaml', '--project', 'Nowhere');

  const { 'steps.md': markdown = '' } = await terminal.files();
  expect(markdown).toContain(
    '&lt;img src=x onerror=alert(1)&gt; \\[a\\](https:&#47;/example.com) \\| \\*\\*b\\*\\* \\`c\\` \\$d\\$ \\~\\~e\\~\\~',
  );
});
