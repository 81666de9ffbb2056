import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Screen } from '../../src/log/screen.js';
import { screenLog } from '../../src/log/screen-log.js';
import { maskFor } from '../../src/secrets/mask.js';
import { Secret } from '../../src/secrets/secret.js';
import { failureLines } from '../../src/summary/failure-lines.js';
import { summaryOf } from '../../src/summary/summary.js';
import { summaryMarkdown } from '../../src/summary/summary-markdown.js';
import { summaryText } from '../../src/summary/summary-text.js';
import { jsonText, shortName } from '../../src/text/one-line.js';
import { textTable } from '../../src/text/text-table.js';

const KEY = 'k-0123456789';

/** What whoever reads a log acts on, wherever it comes from; and what our own mask may make of it. */
const PIECES = [
  '##[',
  '##[add-mask]',
  '##vso[task.setvariable variable=PATH]',
  '##teamcity[buildStop]',
  '::',
  '::error::',
  ' ::set-output name=a::b',
  'section_start:1:a\r\u001B[0K',
  '\u001B[2J',
  '\u001B]0;title\u0007',
  '\u001B[8m',
  '\u009B1A',
  '\u202E',
  '\u2067',
  '\u200F',
  '\u061C',
  '\u00A0',
  '\uFEFF',
  '\u2028',
  '\u0085',
  '\r',
  '\n',
  '\t',
  '#',
  '[',
  ':',
  KEY,
];

const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary' })), { maxLength: 8 })
  .map((pieces) => pieces.join(''));

/** What is printed when `say` has had its turn, of both streams, on a terminal. */
function printed(say: (screen: Screen) => void): string {
  let text = '';
  const output = { isTTY: true, columns: 200, write: (more: string) => (text += more) };
  const screen = new Screen(output, output);
  screen.maskWith(maskFor([new Secret(KEY)]));
  say(screen);
  return text;
}

const clock = { now: () => 0, sleep: async () => {} };

function summaryWith(text: string) {
  return summaryOf({
    startedAt: 0,
    finishedAt: 0,
    dryRun: false,
    window: undefined,
    source: text,
    http: undefined,
    outcome: 'source-incomplete',
    exitCode: 3,
    error: { kind: 'permanent', code: 'SOURCE_ANSWER', message: text, hint: text },
  });
}

const WAYS: Readonly<Record<string, (text: string, screen: Screen) => void>> = {
  'a line of the log': (text, screen) =>
    screenLog(screen, { format: 'pretty', level: 'debug', clock, color: true }).error(text),
  'a line of the JSON log': (text, screen) =>
    screenLog(screen, { format: 'json', level: 'debug', clock, color: false }).warn(text, { [text]: text }),
  'an error': (text, screen) => {
    for (const code of ['USAGE', 'BUG'] as const)
      for (const line of failureLines({ kind: 'bug', code, message: text, hint: text })) screen.line(line);
  },
  'a table': (text, screen) => screen.result(`${textTable(['left', 'right'], [[text, text]]).join('\n')}\n`),
  'a summary': (text, screen) => screen.result(summaryText(summaryWith(text), { color: true })),
  'a step summary': (text, screen) =>
    screen.result(summaryMarkdown(summaryWith(text), (same) => screen.masked(same))),
  'a JSON document': (text, screen) => screen.result(`${jsonText({ [text]: [text] }, 2)}\n`),
  'a result that nobody has looked at': (text, screen) => screen.result(text),
  'a line that nobody has looked at': (text, screen) => screen.line(text),
  'the live line': (text, screen) => screen.live(text),
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
const OUR_COLORS = /\u001B\[(?:2|22|31|32|33|39)m/g;
const ACTED_ON =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/;

describe('whatever a text from outside holds, no line of it is taken for a command', () => {
  it.each(Object.entries(WAYS))('in %s', (_, say) => {
    fc.assert(
      fc.property(hostile, (text) => {
        // The live line is ours: back to its beginning, and cleared.
        const all = printed((screen) => say(text, screen)).replaceAll('\r\u001B[2K', '');
        const plain = all.replace(OUR_COLORS, '');
        // A terminal. And GitLab, whose sections begin with a return and an escape.
        expect(plain).not.toMatch(ACTED_ON);
        // GitHub Actions, the older form; Azure Pipelines; TeamCity.
        expect(all).not.toMatch(/##\[|##vso\[|##teamcity\[/i);
        // GitHub Actions.
        for (const line of [...all.split('\n'), ...plain.split('\n')])
          expect(line.trimStart().startsWith('::'), line).toBe(false);
        expect(all).not.toContain(KEY);
      }),
      { numRuns: 300 },
    );
  });

  it('and JSON says the same as before', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(0, 2), (text, space) => {
        const value = { [text]: [text] };

        const json = jsonText(value, space);

        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(json).not.toMatch(/##\w*\[/);
      }),
    );
  });
});

it('what commands nobody stays as it is', () => {
  const text = '# 1: std::string [::1] a::b #[x] ## heading, naïve 日本語 👩‍💻\n';

  expect(printed((screen) => screen.result(text))).toBe(text);
});

describe('what has no end', () => {
  it('is cut in a line of the log', () => {
    const text = printed((screen) =>
      screenLog(screen, { format: 'pretty', level: 'info', clock, color: false }).info('x'.repeat(1e6)),
    );

    expect(text.length).toBeLessThan(4_100);
    expect(text).toMatch(/x…\n$/);
  });

  it('is cut as a name', () => {
    expect(shortName('x'.repeat(1_000))).toBe(`${'x'.repeat(99)}…`);
    expect(shortName('x'.repeat(100))).toBe('x'.repeat(100));
  });
});
