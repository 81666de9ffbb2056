import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskFor, strictMaskFor } from '../../src/secrets/mask.js';
import { Secret } from '../../src/secrets/secret.js';

const KEY = 'k+/"=? 0123456789abc';
const mask = maskFor([new Secret(KEY)]);

describe('a secret is masked', () => {
  it.each([
    ['as it is', `Authorization: Token ${KEY}.`, 'Authorization: Token [REDACTED].'],
    ['more than once', `${KEY}${KEY} ${KEY}`, '[REDACTED][REDACTED] [REDACTED]'],
    ['URL-encoded', `?key=${encodeURIComponent(KEY)}&a=1`, '?key=[REDACTED]&a=1'],
    [
      'in lower-case percent codes',
      encodeURIComponent(KEY).replaceAll(/%../g, (byte) => byte.toLowerCase()),
      '[REDACTED]',
    ],
    ['in a form', new URLSearchParams({ key: KEY, a: '1' }).toString(), 'key=[REDACTED]&a=1'],
    ['in JSON', JSON.stringify({ key: KEY }), '{"key":"[REDACTED]"}'],
    ['in base64', `<${Buffer.from(KEY).toString('base64')}>`, '<[REDACTED]>'],
  ])('%s', (_, text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  it.each(['', 'u', 'us', 'use', 'user:'])('in base64 behind %j', (lead) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const encoded = Buffer.from(`${lead}${KEY}:and more`).toString(encoding);

      const masked = mask(encoded);

      expect(masked).toContain('[REDACTED]');
      expect(Buffer.from(masked.replace('[REDACTED]', ''), encoding).toString()).not.toContain('0123456789');
    }
  });
});

it('a secret is masked in every spelling, whatever is in it', () => {
  const spellings: ((text: string) => string)[] = [
    (text) => text,
    encodeURIComponent,
    (text) => encodeURIComponent(encodeURIComponent(text)),
    (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
    (text) => new URLSearchParams({ key: text }).toString(),
    (text) => JSON.stringify({ text }),
    (text) => JSON.stringify({ text }).replaceAll('/', '\\/'),
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(`Token ${text}`).toString('base64'),
  ];
  // Its middle is the same in most of them.
  const secrets = fc.tuple(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }));

  fc.assert(
    fc.property(secrets, fc.constantFrom(...spellings), ([before, after], spell) => {
      const key = `${before}Middle42Middle${after}`;

      const masked = maskFor([new Secret(key)])(`a ${spell(key)} b`);

      expect(masked).toContain('[REDACTED]');
      expect(masked).not.toContain('Middle42Middle');
    }),
    { numRuns: 1_000 },
  );
});

describe('a secret that is an ordinary word', () => {
  it.each(['records', 'Requests', 'VERSION', '2026-11', '20261120'])('stays where we speak: %s', (word) => {
    expect(maskFor([new Secret(word)])(`"${word}": 1`)).toBe(`"${word}": 1`);
  });

  it.each(['records', '20261120'])('is masked in what others say: %s', (word) => {
    expect(strictMaskFor([new Secret(word)])(`no such key: ${word}`)).toBe('no such key: [REDACTED]');
  });

  it.each(['dg-test-key', 'recordsX', 'hunter2', 'averylongwordofletters', '1234567890123456'])(
    'is none: %s',
    (key) => {
      expect(maskFor([new Secret(key)])(`a ${key}`)).toBe('a [REDACTED]');
    },
  );
});

it('of two secrets of which one holds the other nothing is left', () => {
  const both = maskFor([new Secret('secret-one'), new Secret('secret-one-and-more')]);

  expect(both('secret-one-and-more, secret-one')).toBe('[REDACTED], [REDACTED]');
});

it('a secret that is shorter than any key does not blank out ordinary words', () => {
  const text = 'read the usage, cmVhZA==';

  expect(maskFor([new Secret('read')])(text)).toBe(text);
});

it('without secrets, a text stays as it is', () => {
  expect(maskFor([])('Token abcdefgh')).toBe('Token abcdefgh');
});
