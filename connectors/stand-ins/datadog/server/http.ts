import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../endpoints/answers.js';

export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (status === 204) response.writeHead(status).end();
  else {
    const isPage = typeof body === 'string';
    const type = isPage ? 'text/html' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(isPage ? body : JSON.stringify(body));
  }
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://127.0.0.1');
}
