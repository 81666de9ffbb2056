import type { ServerResponse } from 'node:http';
import {
  type Answer,
  forbidden,
  gatewayTimeout,
  limitRefused,
  notFound,
  tooManyRequests,
  unauthorized,
} from './answers.js';
import type { FaultKind, Faults } from './faults.js';
import { type AnswerHeaders, bodyOf, type OutgoingAnswer, send } from './outgoing-answer.js';

const PAGE = '<!doctype html><html><body><h1>Something is not right</h1></body></html>';

/** What a fault is made from. */
export interface FaultContext {
  readonly response: ServerResponse;
  readonly faults: Faults;
  readonly nowMs: number;
  readonly requestId: string;
  /** The same call on another host name. */
  readonly elsewhere: string;
  /** The answer that a healthy account would give; asked for by those faults only that spoil its body. */
  readonly healthy: () => Promise<OutgoingAnswer>;
}

/** Answers with a fault. Resolves when the rest is up to timers or to the other side. */
export async function playFault(kind: FaultKind, context: FaultContext): Promise<void> {
  const { response, faults, requestId } = context;
  const say = (answer: Answer, headers: AnswerHeaders = {}) =>
    send(response, { ...bodyOf(answer), headers: { 'dg-request-id': requestId, ...headers } });
  switch (kind) {
    case 'rate-limited':
      return say(tooManyRequests(requestId));
    case 'rate-limited-seconds':
      return say(tooManyRequests(requestId), { 'retry-after': String(faults.retryAfterSeconds) });
    case 'rate-limited-date':
      return say(tooManyRequests(requestId), retryDate(context));
    case 'request-timeout':
      return say({ status: 408, body: 'Request Timeout' });
    case 'server-error':
      return say({ status: 500, body: 'Internal Server Error' });
    case 'bad-gateway':
      return say({ status: 502, body: PAGE, contentType: 'text/html' });
    case 'gateway-timeout':
      return say(gatewayTimeout(requestId));
    case 'payload-too-large':
      return say({ status: 413, body: 'Payload Too Large' });
    case 'limit-refused':
      return say(limitRefused(requestId));
    case 'unauthorized':
      return say(unauthorized(requestId));
    case 'forbidden':
      return say(forbidden('usage:read', requestId));
    case 'not-found':
      return say(notFound('Path', requestId));
    case 'gone':
      return say({ status: 410, body: 'Gone' });
    case 'html':
      return say({ status: 200, body: PAGE, contentType: 'text/html' });
    case 'error-in-200':
      return say({ ...gatewayTimeout(requestId), status: 200 });
    case 'redirect':
      return say({ status: 307, body: 'Temporary Redirect' }, { location: context.elsewhere });
    case 'short-list':
    case 'empty-list':
      return shortenList(kind, context);
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'stalled-headers':
      return;
    case 'cut-body':
    case 'broken-json':
    case 'stalled-body':
    case 'slow-drip':
      return spoilBody(kind, context);
    default:
      return kind satisfies never;
  }
}

/** A date has whole seconds only, and counts from the account's time, which goes with it as `Date`. */
function retryDate({ nowMs, faults }: FaultContext): AnswerHeaders {
  const until = Math.ceil(nowMs / 1_000) * 1_000 + faults.retryAfterSeconds * 1_000;
  return { date: new Date(nowMs).toUTCString(), 'retry-after': new Date(until).toUTCString() };
}

/** The lists of an answer lose their second half, or all. */
async function shortenList(
  kind: 'short-list' | 'empty-list',
  { response, healthy }: FaultContext,
): Promise<void> {
  const { status, headers, body } = await healthy();
  const answer: Record<string, unknown> = JSON.parse(body.toString());
  for (const [name, value] of Object.entries(answer))
    if (Array.isArray(value)) answer[name] = kind === 'empty-list' ? [] : value.slice(0, value.length / 2);
  send(response, { status, headers, body: Buffer.from(JSON.stringify(answer)) });
}

type BodyFault = 'cut-body' | 'broken-json' | 'stalled-body' | 'slow-drip';

async function spoilBody(kind: BodyFault, { response, faults, healthy }: FaultContext): Promise<void> {
  const { status, headers, body } = await healthy();
  const half = body.subarray(0, Math.ceil(body.length / 2));
  if (kind === 'broken-json') return send(response, { status, headers, body: half });
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (kind === 'stalled-body') {
    response.write(half);
  } else if (kind === 'cut-body') {
    response.write(half, () => response.destroy());
  } else {
    drip(response, body, faults.dripMs);
  }
}

function drip(response: ServerResponse, body: Buffer, everyMs: number): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent >= body.length) response.end();
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}
