import { describe, expect, it } from 'vitest';
import { maskFor } from '../../src/secrets/mask.js';
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
