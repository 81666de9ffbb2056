import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactedMessage } from '../../../../connectors/deepgram/requests/message-redaction.js';
import { pathWithoutQuery } from '../../../../connectors/deepgram/requests/redaction.js';

/** Stays as it is however it is encoded, so that it is found. */
const core = fc.stringMatching(/^[a-zA-Z0-9]{5}[0-9][a-z][A-Z]$/);
/** A password with signs in it that mean something to a URL. */
const password = fc
  .tuple(
    core,
    fc.constantFrom('', '!', '$', '%', '+', ':', '@', '#', '?', '&', ';', '=', '~', '.', "'"),
    core,
  )
  .map(([one, sign, other]) => ({ text: one + sign + other, cores: [one, other] }));
const token = core.map((text) => ({ text, cores: [text] }));

type Place = readonly [where: string, put: (secret: string) => string];

/** Where callers put credentials that may have any sign in them. */
const USERS: readonly Place[] = [
  ['a URL', (secret) => `https://user:${secret}@host.example/hook`],
  ['a URL that names something', (secret) => `callback=https://user:${secret}@host.example/hook`],
  ['a URL without a path', (secret) => `could not reach wss://user:${secret}@host.example: refused`],
  ['a URL without a scheme', (secret) => `//user:${secret}@host.example/hook`],
  ['a host', (secret) => `no such host: user:${secret}@host.example`],
  ['a URL in a call', (secret) => `/v1/listen?callback=https://user:${secret}@host.example/hook`],
];
/** Where they put keys, which have letters and digits. */
const KEYS: readonly Place[] = [
  ['a query', (secret) => `got 403 from https://host.example/hook?token=${secret}`],
  ['a query without a scheme', (secret) => `host.example/hook?x=1&token=${secret}`],
  ['a query without a name', (secret) => `host.example/hook?${secret}`],
  ['a fragment', (secret) => `https://host.example/hook#${secret}`],
  ['a query without its beginning', (secret) => `host.example/hook&token=${secret}`],
  ['a query apart by semicolons', (secret) => `host.example/hook;note=${secret};x=1`],
  ['a pair', (secret) => `bad token=${secret} in the call`],
  ['a pair with spaces', (secret) => `password: ${secret} is wrong`],
  ['JSON', (secret) => JSON.stringify({ code: 401, access_token: secret, note: 'x' })],
  ['JSON with a URL', (secret) => JSON.stringify({ callback: `https://host.example/?key=${secret}` })],
  ['a header', (secret) => `Authorization: Bearer ${secret}`],
  ['a header without a scheme', (secret) => `authorization: ${secret}`],
  ['a header as JSON', (secret) => JSON.stringify({ Authorization: `Token ${secret}` })],
  ['a scheme', (secret) => `refused: Token ${secret}.`],
  ['another scheme', (secret) => `the header Bearer ${secret} was refused`],
];

type Spelling = readonly [how: string, spell: (text: string) => string];

const inJson = (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/');
const SPELLINGS: readonly Spelling[] = [
  ['as it is', (text) => text],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  [
    'percent-encoded in small letters',
    (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  ],
  ['as a form', (text) => new URLSearchParams({ url: text }).toString()],
  ['in JSON', inJson],
  ['in JSON in JSON', (text) => inJson(inJson(text))],
  [
    'in JSON, by code',
    (text) => text.replace(/[^\w ]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  ['percent-encoded in JSON', (text) => inJson(encodeURIComponent(text))],
  ['in JSON, percent-encoded', (text) => encodeURIComponent(inJson(text))],
];

const ways = (places: readonly Place[]) =>
  places.flatMap(([where, put]) => SPELLINGS.map(([how, spell]) => [where, how, put, spell] as const));

describe('no credential of a caller is left in a message', () => {
  it.each([
    ...ways(USERS).map((way) => [...way, password] as const),
    ...ways(KEYS).map((way) => [...way, token] as const),
  ])('in %s, %s', (_where, _how, put, spell, secret) => {
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom('', 'failed: '),
        fc.constantFrom('', ' (403)'),
        ({ text, cores }, before, after) => {
          const message = redactedMessage(before + spell(put(text)) + after) ?? '';

          for (const part of cores) expect(message).not.toContain(part);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    'ab12'.repeat(10),
    'sk-abcdefghijklmnopqrst',
  ])('nor one that is known by its form: %s', (key) => {
    expect(redactedMessage(`refused ${key} again`)).toBe('refused [REDACTED] again');
  });
});

describe('no part of a query, and no credential, is left in a path', () => {
  const PATHS: readonly Place[] = [
    ['a query', (secret) => `/v1/listen?key=${secret}`],
    ['a query that was glued on', (secret) => `/v1/listen&key=${secret}`],
    ['a pair', (secret) => `/v1/listen;key=${secret}`],
    ['what follows a space', (secret) => `/v1/listen ${secret}`],
    ['an origin', (secret) => `https://user:${secret}@host.example/v1/listen`],
    ['an origin without a scheme', (secret) => `//user:${secret}@host.example/v1/listen`],
    ['a user alone', (secret) => `user:${secret}@host.example/v1/listen`],
  ];

  it.each(PATHS)('in %s', (_, put) => {
    fc.assert(
      fc.property(core, fc.constantFrom(...SPELLINGS), (secret, [, spell]) => {
        const signs = put(secret).replace('/v1/listen', '');
        const whole = [put(secret), spell(put(secret)), `/v1/listen${spell(signs)}`];

        for (const path of whole) expect(pathWithoutQuery(path) ?? '').not.toContain(secret);
      }),
    );
  });
});

it.each([
  'what? no & never; "a": 50% of x@example.com (1/2)',
  'Unexpected token at 3: token is missing, the token: unknown',
  'Bearer token missing',
  'Basic authorization is required',
  'request 4f1c9a52-8f0e-4c11-9d53-4f8f4d2f5b3e failed: invalid value "nova-9" for model, see https://docs.example/errors',
  'C:\\audio\\file.wav not found',
])('a message without any stays as it is: %s', (message) => {
  expect(redactedMessage(message)).toBe(message);
});

it('what is left of a message that had some can be read', () => {
  const message = 'bad callback https%3A%2F%2Fu%3Apw%40host.example%2Fx%3Ftoken%3Dabc for request 7';

  expect(redactedMessage(message)).toBe('bad callback https://host.example/x for request 7');
});
