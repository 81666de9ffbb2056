import { STATUS_CODES } from 'node:http';
import { type ErrorKind, ExportError } from '../../errors/export-error.js';
import type { Mask } from '../../secrets/mask.js';
import { excerpt } from '../../text/one-line.js';
import type { HttpAnswer, RefusalDetails } from '../http-client.js';
import { retryAfterMs } from '../pacing/backoff.js';
import { FailedTry } from '../retry/failed-try.js';

const HTML_DETAILS: RefusalDetails = {
  message: 'an HTML page, so probably a proxy, not the API',
  hint: 'Check the configured URL and the proxy settings (HTTPS_PROXY, NO_PROXY).',
};

/** How answers are read. */
export interface Reader<T> {
  readonly parse: (answer: HttpAnswer) => T;
  /** True where a part was asked for. */
  readonly wantsPart: boolean;
  readonly explain: (answer: HttpAnswer) => RefusalDetails;
  readonly mask: Mask;
  readonly now: () => number;
}

/** The result of a 2xx answer. Throws a `FailedTry` for any other, and for a body that `parse` refuses. */
export function readAnswer<T>(answer: HttpAnswer, reader: Reader<T>): T {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, reader);
  if (answer.status === PARTIAL && !reader.wantsPart) throw partial(answer);
  try {
    return reader.parse(answer);
  } catch (error) {
    throw brokenBody(answer, error, reader.mask);
  }
}

const PARTIAL = 206;

/** No part was asked for. */
function partial({ status }: HttpAnswer): FailedTry {
  const reason = `answered ${status} ${STATUS_CODES[status]}: a part of what was asked for`;
  const hint = 'A proxy or a cache in between may have cut it: check the configured URL and HTTPS_PROXY.';
  return new FailedTry('HTTP_BODY', reason, { kind: 'transient', status, hint });
}

function refusal(answer: HttpAnswer, reader: Reader<unknown>): FailedTry {
  const { status } = answer;
  const html = isHtml(answer);
  const told = html ? HTML_DETAILS : explained(answer, reader);
  const { message = '', hint, requestId, kind = kindOf(status), lacks } = told;
  const said = excerpt(reader.mask(message));
  const name = STATUS_CODES[status];
  const head = `answered ${status}${name === undefined ? '' : ` ${name}`}`;
  return new FailedTry('HTTP_STATUS', said === '' ? head : `${head}${html ? ' with ' : ': '}${said}`, {
    kind,
    status,
    lacks,
    hint: hint && reader.mask(hint),
    requestId: requestId && excerpt(reader.mask(requestId)),
    retryAfterMs: retryAfterMs(answer, reader.now()),
  });
}

function explained(answer: HttpAnswer, reader: Reader<unknown>): RefusalDetails {
  try {
    return reader.explain(answer);
  } catch {
    return {}; // the refusal is worth more than its explanation
  }
}

function kindOf(status: number): ErrorKind {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'rate-limited';
  return status === 408 || status >= 500 ? 'transient' : 'permanent';
}

const NO_DETAILS: Partial<ExportError> = {};

function brokenBody(answer: HttpAnswer, error: unknown, mask: Mask): FailedTry {
  const { status } = answer;
  if (isHtml(answer)) {
    const { message, hint } = HTML_DETAILS;
    return new FailedTry('HTTP_BODY', `answered ${status} with ${message}`, {
      kind: 'transient',
      status,
      hint,
    });
  }
  if (error instanceof SyntaxError) {
    // Without its cause: JSON.parse quotes the body in its message.
    const reason = `answered ${status} with a body that is not valid JSON`;
    return new FailedTry('HTTP_BODY', reason, { kind: 'transient', status });
  }
  const complaint = error instanceof Error ? excerpt(mask(error.message)) : 'unreadable';
  const reason = `answered ${status} with a body that cannot be used: ${complaint}`;
  const { code, kind, hint, requestId, lacks } = error instanceof ExportError ? error : NO_DETAILS;
  const isOwn = code === 'HTTP_BODY' || code === 'HTTP_TOO_LARGE';
  return new FailedTry(isOwn ? code : 'HTTP_BODY', reason, {
    kind: (isOwn && kind) || 'transient',
    status,
    lacks,
    hint,
    requestId: requestId && excerpt(mask(requestId)),
    cause: error,
  });
}

function isHtml(answer: HttpAnswer): boolean {
  if (/^\s*text\/html/i.test(answer.headers['content-type'] ?? '')) return true;
  return /^\s*<(!doctype html|html)/i.test(answer.body.subarray(0, 200).toString('latin1'));
}
