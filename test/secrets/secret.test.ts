import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../src/secrets/secret.js';

const secret = new Secret('k-0123456789');

it.each([
  ['a template', `${secret}`],
  ['a text put together', 'key: '.concat(String(secret))],
  ['JSON', JSON.stringify({ secret })],
  ['the console', inspect({ deep: { secret } }, { depth: 5, showHidden: true })],
  ['its own properties', JSON.stringify(Object.entries(secret))],
])('a secret does not show in %s', (_, text) => {
  expect(text).not.toContain('0123456789');
});

it('a secret says that it is one', () => {
  expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual([
    '[REDACTED]',
    '"[REDACTED]"',
    '[REDACTED]',
  ]);
});

it('only reveal gives the text', () => {
  expect(secret.reveal()).toBe('k-0123456789');
});
