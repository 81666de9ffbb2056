import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { account, intake, KEY } from './world.js';

const DATADOG_KEY = 'api-key';
/** The moment at which the terminals of the page were captured. */
const CAPTURED = Date.parse('2026-11-24T11:23:10Z');

it('what docs/sinks/datadog.md shows of the first sync is what its configuration leads to', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/sinks/datadog.md'), 'utf8');
  const [configuration = ''] = blocks(page, 'yaml');
  const shown = blocks(page, 'console').find((block) => block.includes('deepgram-export sync')) ?? '';
  const projects = [
    { id: '7c41e0aa', name: 'Sales calls' },
    { id: 'b0d92f13', name: 'Support line' },
  ];
  const { url } = await account({ now: CAPTURED, projects, requestsPerDay: 300 });
  const { url: datadog } = await intake(DATADOG_KEY);
  const terminal = await Terminal.open({
    env: { DEEPGRAM_API_KEY: KEY, DD_API_KEY: DATADOG_KEY },
    clock: { now: () => CAPTURED, sleep: async () => {} },
  });
  const here = configuration
    .replace('  type: deepgram', `  type: deepgram\n  base_url: ${url}`)
    .replace('  app_key: ${DD_APP_KEY}', `  api_url: ${datadog}`);
  await terminal.write('deepgram-export.yaml', here);

  const code = await terminal.run('sync', '-c', 'deepgram-export.yaml');

  expect(code).toBe(0);
  expect(said(terminal.stdout)).toEqual(said(shown.slice(shown.indexOf('STREAM'))));
  const [, series] = /datadog: (\S+) distinct series/.exec(terminal.stdout) ?? [];
  expect(page).toContain(`\`distinct series\`; ${series} in the run above`);
});

/** The code blocks of a page that are of this kind. */
function blocks(page: string, kind: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
}

/** Its lines, but for how long it took, which record is the example, and how well it was compressed. */
function said(text: string): readonly string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.replace(/, [\d.]+ m?s$/, '').replace(/, such as .*|, [\d,]+ bytes on the wire/, ''));
}
