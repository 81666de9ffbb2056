import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer } from './answers.js';

export type AnswerHeaders = Readonly<Record<string, string>>;

/** An answer as bytes. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Buffer;
}

const gzipBody = promisify(gzip);
/** Smaller bodies are not worth it. */
const WORTH_GZIP = 1_024;

export function bodyOf({ status, body, contentType }: Answer): OutgoingAnswer {
  const isText = typeof body === 'string';
  const type = contentType ?? (isText ? 'text/plain; charset=utf-8' : 'application/json');
  return {
    status,
    headers: { 'content-type': type },
    body: Buffer.from(isText ? body : JSON.stringify(body)),
  };
}

/** The same answer, compressed where that pays. */
export async function compressed(answer: OutgoingAnswer): Promise<OutgoingAnswer> {
  if (answer.body.length < WORTH_GZIP) return answer;
  const body = await gzipBody(answer.body, { level: 1 });
  return { ...answer, body, headers: { ...answer.headers, 'content-encoding': 'gzip' } };
}

export function send(response: ServerResponse, { status, headers, body }: OutgoingAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.end(body);
}
