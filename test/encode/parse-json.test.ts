import { expect, it } from 'vitest';
import { parseJson } from '../../src/encode/parse-json.js';

/** JSON of about so many bytes: a list of texts. */
function jsonOf(bytes: number, text = 'a request'): string {
  const one = JSON.stringify(`${text} ${bytes}`);
  return `[${Array.from({ length: Math.ceil(bytes / (one.length + 1)) }, () => one).join(',')}]`;
}

const SIZES = [
  2, 131_000, 132_000, 800_000, 1_031_912, 1_100_000, 3_000_000, 9_000_000, 200_000, 1_040_000, 150_000,
];

it('is what JSON.parse makes of the same text, whatever was parsed before', () => {
  for (const size of SIZES) {
    for (const text of ['ascii', 'schöne Grüße', 'line\nbreak "quoted"']) {
      const json = jsonOf(size, text);

      // Not toEqual: it takes long, and prints all of it.
      expect(JSON.stringify(parseJson(Buffer.from(json))) === json, `${size} bytes of ${text}`).toBe(true);
    }
  }
});

it.each([2, 200_000, 3_000_000])('a byte order mark before it is passed over: %i bytes', (size) => {
  const json = jsonOf(size);

  const made = parseJson(Buffer.from(`\ufeff${json}`));

  expect(JSON.stringify(made) === json).toBe(true);
});

it('leaves the bytes as they were, and what it made does not change with them', () => {
  const bytes = Buffer.from(jsonOf(500_000));
  const before = Buffer.from(bytes);

  const made = parseJson(bytes);
  bytes.fill(0);
  parseJson(Buffer.from(jsonOf(700_000, 'another')));

  expect(made).toEqual(JSON.parse(before.toString()));
});

it.each(SIZES)('what is no JSON is refused: %i bytes', (size) => {
  const json = jsonOf(size);

  expect(() => parseJson(Buffer.from(json.slice(0, -1)))).toThrow(SyntaxError);
  expect(() => parseJson(Buffer.from(`${json}]`))).toThrow(SyntaxError);
  expect(() => parseJson(Buffer.from(`${json}\u00a0`, 'latin1'))).toThrow(SyntaxError);
});
