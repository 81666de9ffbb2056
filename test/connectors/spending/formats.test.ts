import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, replay } from '../report/archive.js';
import { answer, ask, askOn, spendingTerminal } from './spending-world.js';

const LONG = 'x'.repeat(5_000);
const NAMES = {
  script: '<script>alert(1)</script>',
  quotes: `"'><img src=x onerror=alert(1)>`,
  direction: '\u202Egnp.exe\u2066',
  lines: 'a\r\n::error::forged\u001B[2J',
  formula: "=cmd|' /C calc'!A0",
  markdown: '`a` | **b** [c](https://example.com) ##[add-mask]x',
  separators: 'a,b;c\td',
  long: LONG,
};

async function named(name: string) {
  const terminal = await spendingTerminal();
  const line: Line = {
    project_id: 'p-1',
    project_name: name,
    date: '2026-11-19',
    cost_usd: 5,
    accessor: 'k-1',
    api_key_name: name,
    line_item: name,
    line_item_name: name,
    tags: [name],
  };
  await replay(terminal, {
    billing: [line],
    billing_by_accessor: [line],
    billing_by_line_item: [line],
    billing_by_line_item_tags: [line],
  });
  return terminal;
}

const BY = ['--by', 'project,api_key,tags,tag,line_item'];
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/;

describe.each(Object.entries(NAMES))('a name with %s is text', (_, name) => {
  it('in the table', async () => {
    const { code, stdout } = await ask(await named(name), ...BY);

    expect(code).toBe(0);
    expect(stdout).not.toMatch(CONTROLS);
    expect(stdout).not.toMatch(/^\s*::|##\w*\[/m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(300);
  });

  it('in CSV, whole, and no formula', async () => {
    const { stdout } = await ask(await named(name), '--format', 'csv', ...BY);

    const rows: readonly Record<string, string>[] = parse(stdout, { columns: true, bom: true });
    expect(rows.map(({ by, cost_usd }) => [by, cost_usd])).toEqual(
      ['all', 'project', 'api_key', 'tags', 'tag', 'line_item'].map((by) => [by, '5.0']),
    );
    for (const row of rows) expect(row.name).not.toMatch(/^[=+@\t-]/);
    if (name === LONG) expect(rows[1]?.name).toBe(LONG);
  });

  it('in JSON, as it is', async () => {
    const given = await answer(await named(name), ...BY);

    expect(given.breakdowns.map(({ rows }) => rows[0]?.name)).toEqual(Array(5).fill(name));
  });

  it('in HTML', async () => {
    const { stdout } = await ask(await named(name), '--format', 'html', ...BY);

    const tags = new Set([...stdout.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag));
    expect([...tags].filter((tag) => !KNOWN.has(tag ?? ''))).toEqual([]);
    expect(stdout).not.toMatch(CONTROLS);
    expect(stdout).toContain("default-src 'none'");
  });

  it('in Markdown: no cell, link, code or emphasis of its own', async () => {
    const { stdout } = await ask(await named(name), '--format', 'markdown', ...BY);

    const rows = stdout.split('\n').filter((line) => line.startsWith('| ') && line.includes('$5.00'));
    expect(rows).toHaveLength(9);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)?.length).toBeGreaterThanOrEqual(4);
    const cells = rows.map((row) => row.split(/(?<!\\)\|/)[1] ?? '');
    for (const cell of cells) expect(cell).not.toMatch(/[<>]|(?<!\\)[`*[\]]|:\/\//);
    expect(stdout).not.toMatch(CONTROLS);
  });
});

/** Characters that mean something to a spreadsheet, Markdown, HTML or a terminal, and two that mean nothing. */
const MARKS = '=+-@\t |\\`*_[<>&"\',;\u202E\u0000\uD800\u00A0\uFEFFa1';

it('any name is text, in CSV, Markdown and HTML', async () => {
  const pieces = fc.constantFrom(
    ...MARKS.split(''),
    '\r\n',
    '](',
    '<!--',
    '::',
    '##[',
    'https://',
    '\u{1F600}',
  );
  const names = fc.array(pieces, { minLength: 1, maxLength: 12 }).map((some) => some.join(''));
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      const terminal = await named(name);
      const [csv, markdown, page] = await Promise.all(
        ['csv', 'markdown', 'html'].map((format) => ask(terminal, '--format', format, ...BY)),
      );

      const rows: readonly Record<string, string>[] = parse(csv?.stdout ?? '', { columns: true, bom: true });
      expect(rows.map(({ by, cost_usd }) => [by, cost_usd])).toEqual(
        ['all', 'project', 'api_key', 'tags', 'tag', 'line_item'].map((by) => [by, '5.0']),
      );
      for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+@\t\r-]/);
      // What is escaped is text.
      const tables = (markdown?.stdout ?? '').replace(/\\./g, '').split('\n\n');
      const cells = tables
        .filter((one) => one.startsWith('| '))
        .map((one) =>
          one
            .trimEnd()
            .split('\n')
            .map((line) => line.split('|')),
        );
      expect(cells).toHaveLength(5);
      for (const lines of cells) {
        expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
        for (const [, first] of lines.slice(2)) expect(first).not.toMatch(/[<>`*[\]]|:\/\//);
      }
      const tags = [...(page?.stdout ?? '').matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag ?? '');
      expect(tags.filter((tag) => !KNOWN.has(tag))).toEqual([]);
      for (const one of [markdown, page]) expect(one?.stdout).not.toMatch(CONTROLS);
    }),
    { numRuns: 10, seed: 2026, examples: [['a | b']] },
  );
});

const KNOWN = new Set(
  '!doctype html head meta title style body header h1 h2 p main section div table caption thead tbody tfoot tr th td bdi footer'.split(
    ' ',
  ),
);

it('CSV begins with a byte order mark and its header; where it is from goes to the log', async () => {
  const { stdout, stderr } = await ask(await named('Zürich'), '--format', 'csv', '--by', 'project');

  expect(stdout).toBe(
    '\uFEFFmonth,by,project_id,project_name,name,id,cost_usd,share_percent,compared_usd,compared_with_usd,change_usd,change_percent,month_before_usd,projected_usd,budget_usd\n' +
      '2026-11,all,,,all,,5.0,100.0,,,,,,150.0,\n' +
      '2026-11,project,p-1,Zürich,Zürich,p-1,5.0,100.0,,,,,0.0,,\n',
  );
  expect(stderr).toContain('From the totals of totals (out/report.html.parts): November 2026');
});

describe('the table in a terminal', () => {
  const screen = (columns: number) => ({ isTTY: true, columns });
  const NAME = 'A project with a name of many words, more than any line has room for';
  const widest = (text: string) =>
    Math.max(
      ...text
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
        .replace(/\u001B\[\d+m/g, '')
        .split('\n')
        .map((line) => line.length),
    );

  it.each([80, 120])('of %d columns keeps to them, by shortening names', async (columns) => {
    const { stdout } = await askOn(screen(columns), await named(NAME), '--by', 'project,tags');

    expect(widest(stdout)).toBeLessThanOrEqual(columns);
    expect(stdout).toMatch(/^A project .*…? +\$5\.00 /m);
  });

  it('that does not say how wide it is has names as they are', async () => {
    const { stdout } = await askOn(screen(0), await named(NAME), '--by', 'project,tags');

    expect(stdout).toContain(NAME);
  });

  it('has colors there and nowhere else', async () => {
    const colored = await askOn(screen(80), await named(NAME), '--by', 'project');
    const piped = await ask(await named(NAME), '--by', 'project');

    expect(colored.stdout).toContain('\u001B[2mFrom the totals');
    expect(piped.stdout).not.toContain('\u001B');
  });
});
