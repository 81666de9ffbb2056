import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/encode/byte-writer.js';

const COMMA = ','.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);

/** What is written by these steps. */
function written(...steps: readonly ((out: ByteWriter) => unknown)[]): string {
  const out = new ByteWriter();
  for (const step of steps) step(out);
  return Buffer.from(out.take()).toString('utf8');
}

/** What a number is written as; undefined where nothing is written. */
function digitsOf(value: number): string | undefined {
  const out = new ByteWriter();
  const done = out.tryNumber(value);
  const text = Buffer.from(out.take()).toString('latin1');
  if (!done) expect(text).toBe('');
  return done ? text : undefined;
}

describe('a number', () => {
  it.each([
    0, 1, 9, 10, 99, 1_000, 999_999_999, 0.5, 0.1, 0.000001, 24.060552, 0.003087763, 999_999.999999999,
  ])('%d has the digits that String gives', (value) => {
    expect(digitsOf(value)).toBe(String(value));
  });

  it.each([
    -1,
    -0.5,
    1e9,
    1e21,
    1e-7,
    9.99e-7,
    0.1 + 0.2,
    1 / 3,
    1_234_567.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])('%d is left to others', (value) => {
    expect(digitsOf(value)).toBeUndefined();
  });

  it('below zero by nothing is 0', () => {
    expect(digitsOf(-0)).toBe('0');
  });

  it('of at most nine places is always written, and as String writes it', () => {
    const decimal = fc
      .record({
        digits: fc.integer({ min: 1, max: 999_999_999_999_999 }),
        places: fc.integer({ min: 0, max: 9 }),
      })
      .map(({ digits, places }) => Number(`${digits}e-${places}`))
      .filter((value) => value < 1e6 && (value >= 1e-6 || Number.isInteger(value)));

    fc.assert(
      fc.property(decimal, (value) => {
        expect(digitsOf(value)).toBe(String(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of any kind is written as String writes it, or not at all', () => {
    const any = fc.oneof(fc.double(), fc.double({ min: 0, max: 2e6 }), fc.integer());

    fc.assert(
      fc.property(any, (value) => {
        const digits = digitsOf(value);
        expect(digits ?? String(value)).toBe(String(value));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a text', () => {
  it('is UTF-8, whatever is in it and however long it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 120 })), (texts) => {
        expect(written(...texts.map((text) => (out: ByteWriter) => out.text(text)))).toBe(texts.join(''));
      }),
    );
  });

  it('with half of a surrogate pair gets the replacement character, as everywhere', () => {
    expect(written((out) => out.text('a\ud800b'))).toBe('a\ufffdb');
  });

  it('that is plain is written as it is', () => {
    const id = '1fb6994a-5eea-4e6a-9458-3d26ef9463c2';

    expect(written((out) => expect(out.tryPlain(id, COMMA, QUOTE)).toBe(true))).toBe(id);
  });

  it.each(['a,b', '"', 'a\nb', 'a\u0000', 'é', '\u007f', '\u{1F600}'])('%j is not plain', (text) => {
    expect(written((out) => expect(out.tryPlain(text, COMMA, QUOTE)).toBe(false))).toBe('');
  });
});

it('pieces of all kinds follow each other, over the limits of its memory', () => {
  const label = Buffer.from('"audio_seconds":');
  const long = Buffer.alloc(100_000, 'x');

  const text = written(
    (out) => out.character(QUOTE),
    (out) => out.copy(label),
    (out) => out.tryNumber(24.060552),
    (out) => out.copy(long),
    (out) => out.text('é'.repeat(70_000)),
    (out) => out.tryNumber(7),
  );

  expect(text).toBe(`""audio_seconds":24.060552${'x'.repeat(100_000)}${'é'.repeat(70_000)}7`);
});

it('what was taken is not touched by what is written next', () => {
  const out = new ByteWriter();
  out.text('first');
  const first = out.take();

  out.text('other');

  expect(Buffer.from(first).toString()).toBe('first');
  expect(Buffer.from(out.take()).toString()).toBe('other');
});
