import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/http/http-options.js';
import { bodyFailure, networkFailure } from '../../src/http/retry/network-failure.js';

// Those that a server on this machine cannot cause.
it.each([
  ['ENOTFOUND', 'HTTP_NETWORK', 'transient', 'could not be reached (ENOTFOUND)'],
  ['EAI_AGAIN', 'HTTP_NETWORK', 'transient', 'could not be reached (EAI_AGAIN)'],
  ['EPIPE', 'HTTP_NETWORK', 'transient', 'broke the connection (EPIPE)'],
  ['UND_ERR_CONNECT_TIMEOUT', 'HTTP_NETWORK', 'transient', 'took no connection within 10.0 s'],
  [
    'CERT_HAS_EXPIRED',
    'HTTP_NETWORK',
    'permanent',
    'showed a certificate that is not trusted (CERT_HAS_EXPIRED)',
  ],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'HTTP_NETWORK',
    'permanent',
    'showed a certificate that is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
  ],
])('%s before the answer is %s, %s', (code, name, kind, message) => {
  const cause = Object.assign(new Error('as undici throws it'), { code });

  const failure = networkFailure(cause, DEFAULT_LIMITS);

  expect(failure).toMatchObject({ code: name, message, cause, details: { kind } });
});

it('names an error without a code by its class', () => {
  const failure = bodyFailure(new TypeError('terminated'), DEFAULT_LIMITS);

  expect(failure).toMatchObject({
    code: 'HTTP_BODY',
    message: 'sent an answer that was cut off (TypeError)',
  });
});
