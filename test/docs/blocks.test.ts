import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Terminal } from '../cli/terminal.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort();

/** What a configuration must have; blocks that show a part of one are added to it. */
const REST = {
  version: 1,
  source: { type: 'deepgram', api_key: 'unused' },
  sinks: { rest: { type: 'ndjson', path: 'out/rest' } },
};
const SECTIONS = ['version', 'source', 'streams', 'window', 'state', 'budget', 'sinks'];
/** Its module is that of the page; `test/bundle/plugin.test.ts` runs both. */
const OF_OTHERS = 'docs/sinks/write-a-sink.md';

const configurations = PAGES.filter((page) => page !== OF_OTHERS).flatMap((page) =>
  blocksOf(page, 'yaml')
    .map((text) => ({ page, text, found: parse(quoted(text)) }))
    .filter(({ found }) => SECTIONS.includes(Object.keys(found)[0] ?? '')),
);

describe('each configuration that a page shows, and each part of one, is right', () => {
  it.each(configurations)('$page: $text', async ({ text, found }) => {
    const terminal = await Terminal.open();
    await terminal.write('job.yaml', found.version === undefined ? stringify({ ...REST, ...found }) : text);

    const code = await terminal.run('validate', '-c', 'job.yaml');

    expect({ code, said: terminal.stderr }).toMatchObject({ code: 0 });
  });

  it('of every sink that has a page', () => {
    const types = new Set(
      configurations
        .flatMap(({ found }) => Object.values<{ type: string }>(found.sinks ?? {}))
        .map(({ type }) => type),
    );

    expect([...types].sort()).toEqual([
      ...[
        'datadog-costs',
        'datadog-logs',
        'datadog-metrics',
        'focus',
        'ndjson',
        'parquet',
        'postgres',
        'report',
        'tableau-csv',
        'tableau-publish',
      ],
    ]);
  });
});

const commands = PAGES.flatMap((page) =>
  [...blocksOf(page, 'sh'), ...blocksOf(page, 'console'), ...inlineCommands(page)]
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => {
      const [, command] = /^(?:\$ )?(deepgram-export [a-z].*?)(?: +#.*| > .*)?$/.exec(line) ?? [];
      return command === undefined ? [] : [{ page, command }];
    }),
);

describe('each command that a page shows is one, with options that it has', () => {
  it.each(commands)('$page: $command', async ({ command }) => {
    const [, ...words] = command.split(/ +/);
    const name = words.slice(0, words.findIndex((word) => !/^[a-z]+$/.test(word)) >>> 0);
    const terminal = await Terminal.open();

    const code = await terminal.run(...name, '--help');

    expect({ code, said: terminal.stderr }).toMatchObject({ code: 0 });
    for (const [option] of command.matchAll(/(?<= )--?[a-z-]+/g))
      expect(terminal.stdout).toMatch(new RegExp(`${option}\\b`));
  });

  it('are many', () => {
    expect(commands.length).toBeGreaterThan(25);
  });
});

/** References stand without quotes within braces, which our own reader allows. */
function quoted(text: string): string {
  return text.replace(/(?<!")\$\{[\w:-]+\}(?!")/g, '"$&"');
}

function blocksOf(page: string, language: string): readonly string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms');
  return [...readFileSync(join(ROOT, page), 'utf8').matchAll(pattern)].map(([, text = '']) => text);
}

/** In sentences: `deepgram-export sync --month last`. */
function inlineCommands(page: string): readonly string[] {
  const prose = readFileSync(join(ROOT, page), 'utf8').replace(/^```.*?^```/gms, '');
  return [...prose.matchAll(/`(deepgram-export [a-z][^`]*)`/g)].map(([, text = '']) =>
    text.replaceAll('\n', ' '),
  );
}
