import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../src/summary/exit-code.js';
import { KEY } from '../cli/world.js';
import { DATADOG_APP_KEY, DATADOG_KEY, organization, world } from './account.js';
import { Program, ROOT } from './program.js';
import { checkOutProgram, ThrowAwayMachine } from './recipes/throw-away-machine.js';

const KEYS = { DEEPGRAM_API_KEY: KEY, DD_API_KEY: DATADOG_KEY, DD_APP_KEY: DATADOG_APP_KEY };

/** What cannot be done here: it would run these tests. */
const NOT_HERE = ['npm ci && npm test'];

describe('the README, followed to the letter', () => {
  it('leads from a checkout to a dashboard, to tables and to what a month cost', async () => {
    const readme = await text('README.md');
    const { configuration, datadog } = await receivers(readme);
    const machine = await reader();
    await checkOutProgram(join(machine.workspace, 'checkout'));
    let folder = 'checkout';
    const followed: string[] = [];

    for (const command of linesOf(readme, 'sh')) {
      if (NOT_HERE.includes(command) || command.startsWith('export ')) continue;
      if (command.startsWith('cd ')) {
        folder = join(folder, command.slice('cd '.length));
        continue;
      }
      const { code, said } = await machine.run(command, { folder });
      expect({ command, code, ...(code !== 0 && { said }) }).toEqual({ command, code: 0 });
      followed.push(command);
      if (command.startsWith('deepgram-export init'))
        await machine.write(join(folder, 'deepgram-export.yaml'), configuration);
    }

    expect(followed).toEqual([
      'npm ci && npm run demo',
      'git clone https://github.com/OWNER/deepgram-export',
      'npm ci && npm run build',
      'npm install --global .',
      'deepgram-export init',
      'deepgram-export check',
      'deepgram-export sync',
      'deepgram-export datadog install',
      'deepgram-export report --month last --by tag,api_key --format csv',
    ]);
    const files = await readdir(join(machine.workspace, folder, 'out'), { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining(['tableau/requests.csv', 'tableau/README.txt', 'report.html']),
    );
    expect(datadog.payloads.length).toBeGreaterThan(0);
    expect(datadog.assets.dashboards.all).toHaveLength(1);
  }, 300_000);

  it.each(['README.md', 'docs/sinks/datadog.md'])('cron of %s runs as it stands there', async (page) => {
    const { configuration, datadog } = await receivers(await text('README.md'));
    const machine = await reader();
    await machine.write('deepgram-export.yaml', configuration);
    await machine.write(
      'keys.env',
      Object.entries(KEYS)
        .map((pair) => pair.join('='))
        .join('\n'),
    );
    const [line = ''] = linesOf(await text(page), 'cron');
    expect(await text('config/ci/crontab')).toContain(`\n${line}\n`);
    const [, schedule, command = ''] = /^((?:\S+ ){5}) +(.+)$/.exec(line) ?? [];

    const { code, said } = await machine.run(
      command.replace('/srv/deepgram ', `${machine.workspace} `).replace('/opt/deepgram-export', ROOT),
    );

    expect({ schedule, code, said }).toEqual({ schedule: '*/15 * * * * ', code: 0, said: '' });
    expect(datadog.payloads.length).toBeGreaterThan(0);
  });
});

describe('the page of commands', () => {
  it('has every option of sync', async () => {
    const page = await text('docs/start/commands.md');
    const [, options = ''] = /`sync` takes `([^`]+)`/.exec(page) ?? [];
    const program = await Program.open();

    const { stdout } = await program.run('sync --help');

    const own = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
    const named = options.match(/--[a-z-]+/g) ?? [];
    expect(own.filter((option) => !EVERYWHERE.has(option ?? '')).sort()).toEqual([...named].sort());
  });

  it('has every exit code', async () => {
    const page = await text('docs/start/commands.md');

    const codes = [...page.matchAll(/^\| (\d)(?:, \d+)* \|/gm)].map(([, code]) => Number(code));

    expect(codes).toEqual([...new Set(Object.values(EXIT))]);
  });
});

/** Options of all commands. */
const EVERYWHERE = new Set(['--config', '--help', '--version']);

it('no page fetches the program from a registry, on which it is not', async () => {
  const pages = (await readdir(join(ROOT, 'docs'), { recursive: true })).filter((name) =>
    name.endsWith('.md'),
  );

  for (const page of ['README.md', ...pages.map((name) => `docs/${name}`)]) {
    expect(await text(page), page).not.toMatch(
      /npx deepgram-export|npm (i|install|add) (-\S+ )*deepgram-export/,
    );
  }
});

/** A machine with the keys of an account. */
async function reader(): Promise<ThrowAwayMachine> {
  const machine = await ThrowAwayMachine.open({ env: KEYS });
  onTestFinished(() => machine.close());
  return machine;
}

/**
 * The configuration that the README shows, with what it adds for the dashboard, and with an account and a Datadog of our
 * own in place of the vendors'.
 */
async function receivers(readme: string) {
  const { deepgram } = await world();
  const datadog = await organization();
  const underSinks = [...readme.matchAll(/^`(\w+: \{ type: [^`]+)` under `sinks`/gm)].map(([, sink]) => sink);
  const configuration = linesOf(readme, 'yaml')
    .slice(
      0,
      linesOf(readme, 'yaml').findIndex((line) => line.startsWith('name:')),
    )
    .join('\n')
    .replace('type: deepgram,', `type: deepgram, base_url: "${deepgram.url}",`)
    .replace('type: datadog-metrics,', `type: datadog-metrics, api_url: "${datadog.url}",`)
    .concat('\n', ...underSinks.map((sink) => `  ${sink}\n`));
  return { configuration, datadog };
}

/** The lines of all blocks in this language, without the remarks at their ends. */
function linesOf(page: string, language: string): readonly string[] {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block]) => block ?? '',
  );
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter((line) => line !== '');
}

function text(page: string): Promise<string> {
  return readFile(join(ROOT, page), 'utf8');
}
