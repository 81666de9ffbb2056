import type { IncomingHttpHeaders } from 'node:http';
import { ExportError } from '../../errors/export-error.js';
import { type Mask, strictMaskFor } from '../../secrets/mask.js';
import { Secret } from '../../secrets/secret.js';
import type { HttpRequest } from '../http-client.js';

type RequestHeaders = NonNullable<HttpRequest<unknown>['headers']>;

const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers as they go out: the one place where a secret is revealed. */
export function headersToSend(headers: RequestHeaders, userAgent: string): Record<string, string> {
  const sent: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'gzip' };
  for (const [name, value] of Object.entries(headers)) {
    const text = value instanceof Secret ? value.reveal() : value;
    if (!SENDABLE.test(text)) throw unsendable(name);
    sent[name.toLowerCase()] = text;
  }
  return sent;
}

function unsendable(name: string): ExportError {
  return new ExportError('CONFIG_INVALID', `The header "${name}" holds characters that HTTP cannot send.`, {
    kind: 'config',
    hint: 'Check the key it is made of for a line break or for letters that are not ASCII.',
  });
}

/** Hides the secrets of these headers, with and without a scheme such as `Token ` before them. */
export function maskOfHeaders(headers: RequestHeaders): Mask {
  const secrets: Secret[] = [];
  for (const value of Object.values(headers)) {
    if (!(value instanceof Secret)) continue;
    secrets.push(value, new Secret(value.reveal().split(' ').at(-1) ?? ''));
  }
  return strictMaskFor(secrets);
}

/** The headers of an answer, with those that came several times joined. */
export function receivedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const received: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) received[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return received;
}
