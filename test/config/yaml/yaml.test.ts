import { describe, expect, test } from 'vitest';
import { loadText, mistakesIn, right } from '../load-text.js';

describe('what is not one plain YAML document', () => {
  test.each([
    ['nothing', '', '1:1  the file is empty'],
    ['a comment', '# nothing yet\n', '1:1  the file is empty'],
    ['text', 'hello\n', '1:1  the file must be a map of settings that begins with version: 1'],
    ['a list', '- version: 1\n', '1:1  the file must be a map of settings that begins with version: 1'],
    ['tabs', 'source:\n\ttype: deepgram\n', '2:1  not valid YAML: indentation must be spaces, not tabs'],
    [
      'two values on a line',
      'version: 1\na: b: c\n',
      '2:4  not valid YAML: there is a second "key: value" on one line; put a text that contains ": " in quotes',
    ],
    [
      'an open quote',
      'a: "x\n',
      '2:1  not valid YAML: something is missing: a closing quote or bracket, a comma, or ":" and a space after a key',
    ],
    [
      'an open bracket',
      'a: [1\n',
      '2:1  not valid YAML: the indentation does not fit the lines above, or a bracket is not closed',
    ],
    [
      'a character that begins no text',
      'a: @x\n',
      '1:4  not valid YAML: text cannot begin with this character; put it in quotes',
    ],
    [
      'an unknown escape',
      'a: "\\q"\n',
      '1:5  not valid YAML: this escape is unknown inside double quotes; use single quotes for text with backslashes',
    ],
    ['a key that is a list', '? [a]\n: 1\n', '1:3  not valid YAML: a key must be plain text'],
    [
      'a tag',
      'a: !secret x\n',
      '1:4  not valid YAML: this tag is not known here; put text that begins with "!" in quotes',
    ],
    [
      'binary data',
      'a: !!binary aGk=\n',
      '1:4  not valid YAML: this tag is not known here; put text that begins with "!" in quotes',
    ],
    [
      'an unknown directive',
      '%FOO\n---\na: 1\n',
      '1:1  not valid YAML: a line that begins with "%" is no directive known here',
    ],
    [
      'two documents',
      `${right}---\n${right}`,
      '9:1  not valid YAML: a second document begins here; a configuration is one document',
    ],
    ['a key twice', `${right}version: 1\n`, '9:1  version: is here twice'],
    [
      'an alias without an anchor',
      right.replace('out', '*folder'),
      '8:11  sinks.files.path: is an alias (*name), and no anchor (&name) before it has that name',
    ],
  ])('%s', async (_, text, mistake) => {
    const mistakes = await mistakesIn(text);

    expect(mistakes).toContain(`job.yaml:${mistake}`);
  });

  test('a merge key is a key like any other', async () => {
    const text = right.replace('type: ndjson', '<<: { compression: gzip }\n    type: ndjson');

    expect(await mistakesIn(text)).toEqual([
      'job.yaml:7:5  sinks.files.…: is no setting known here; there are path, compression, type, streams, required, deadline, missing',
    ]);
  });

  test('the words of YAML 1.1 are text, also where the file asks for it', async () => {
    const text = `%YAML 1.1\n---\n${right.replace('path: out', 'path: out\n    required: no')}`;

    expect(await mistakesIn(text)).toEqual(['job.yaml:11:15  sinks.files.required: must be true or false']);
  });

  test('the name of every prototype is refused', async () => {
    const text = `${right}  __proto__: { type: ndjson, path: out2 }\n`;

    expect(await mistakesIn(text)).toEqual(['job.yaml:9:3  sinks.__proto__: cannot be a key']);
  });
});

describe('what is YAML and looks unusual', () => {
  test.each([
    ['a byte order mark', `\uFEFF${right}`],
    ['CR LF line ends', right.replaceAll('\n', '\r\n')],
    ['an end of document', `---\n${right}...\n`],
    [
      'JSON',
      JSON.stringify({
        version: 1,
        source: { type: 'deepgram', api_key: 'dg-key-for-tests' },
        sinks: { files: { type: 'ndjson', path: 'out' } },
      }),
    ],
    [
      'anchors',
      right.replace(
        'path: out',
        'path: out\n    streams: &some [usage]\n  more: { type: ndjson, path: out2, streams: *some }',
      ),
    ],
    ['sinks named like properties of objects', right.replace('files:', 'constructor:')],
  ])('%s', async (_, text) => {
    const job = await loadText(text);

    expect(job.sinks[0]).toMatchObject({ type: 'ndjson' });
  });
});

describe('hostile files', () => {
  const bomb = Array.from({ length: 9 }, (_, level) => {
    const inner = level === 0 ? 'x' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array(9).fill(inner).join(', ')}]`;
  }).join('\n');
  const tooMuch = 'the file holds far more than a configuration; look at its aliases (*name)';
  const tooDeep = 'not valid YAML: it is nested too deeply';

  test.each([
    ['an alias bomb', bomb, tooMuch],
    ['an alias within its anchor', 'a: &a [*a, *a]\n', tooMuch],
    ['many values', `a:\n${'- 1\n'.repeat(20_001)}`, tooMuch],
    ['deep brackets', '[\n'.repeat(5_000), tooDeep],
    ['deep questions', `${'? '.repeat(4_900)}\n`.repeat(20), tooDeep],
    [
      'deep indentation',
      Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
      tooMuch,
    ],
    ['a long line', `a: ${'x'.repeat(20_000)}\n`, 'the line is far too long for a setting'],
  ])('%s', async (_, text, words) => {
    const mistakes = await mistakesIn(text);

    expect(mistakes.map((line) => line.replace(/^job\.yaml:\d+:\d+ {2}/, ''))).toContain(words);
  });

  test('whatever is cut from or put into a file, the answer is a job or a list of mistakes without its key', async () => {
    const key = 'dg-key-for-tests';
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ': ',
      '\n',
      '"',
      "'",
      '&a ',
      '*a',
      '!!x ',
      '${',
      '}',
      '\t',
      '|',
      '- ',
      '\0',
      '---\n',
    ];
    const next = randomNumbers(20_260_101);

    for (let round = 0; round < 150; round += 1) {
      const from = next(right.length);
      const text = right.slice(0, from) + pieces[next(pieces.length)] + right.slice(from + next(4));

      const answer = await loadText(text).then(
        ({ sinks }) => `${sinks.length} sinks`,
        (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
      );

      expect(answer).toMatch(/^(1 sinks|CONFIG_INVALID )/);
      expect(answer).not.toContain(key.slice(0, 8));
    }
  });
});

describe('a key that ended up in the wrong place is not shown', () => {
  const key = 'a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9';

  test.each([
    ['as an unknown value', right.replace('ndjson', key)],
    ['as a setting', right.replace('api_key: dg-key-for-tests', `api_key: x\n  ${key}: x`)],
    ['without the space', right.replace('api_key: dg-key-for-tests', `{api_key:${key}}`)],
    ['as the name of a sink', right.replace('files:', `${key}:`)],
    ['as the name of a variable', right.replace('dg-key-for-tests', `\${${key}}`)],
    ['as a stream', right.replace('path: out', `path: out\n    streams: [${key}]`)],
    ['as an alias', right.replace('dg-key-for-tests', `*${key}`)],
    ['as a tag', right.replace('dg-key-for-tests', `!${key} x`)],
    ['as a URL', right.replace('  type: deepgram', `  type: deepgram\n  base_url: ${key}`)],
    [
      'in a URL',
      right.replace('  type: deepgram', `  type: deepgram\n  base_url: https://${key}@example.com`),
    ],
    ['twice', right.replace('api_key: dg-key-for-tests', `${key}: 1\n  ${key}: 1`)],
    ['in quotes that are open', right.replace('dg-key-for-tests', `"${key}`)],
    ['as the whole file', key],
  ])('%s', async (_, text) => {
    const mistakes = await mistakesIn(text);

    expect(mistakes.join('\n')).not.toContain(key.slice(0, 6));
  });
});

/** Repeatable numbers below a bound. */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % bound;
  };
}
