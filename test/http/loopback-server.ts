import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly host: string;
  readonly requests: readonly IncomingMessage[];
  /** Connections that were ever opened. */
  readonly connections: number;
  /** The most requests that were being answered at once. */
  readonly mostAtOnce: number;
}

/** `count` is 1 for the first request. */
export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A real server for the length of one test. */
export async function serve(handler: Handler): Promise<LoopbackServer> {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  let open = 0;
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    open += 1;
    mostAtOnce = Math.max(mostAtOnce, open);
    response.once('close', () => {
      open -= 1;
    });
    handler(request, response, requests.length);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on TCP, so no pipe's name
  return {
    url: `http://${host}`,
    host,
    requests,
    get connections() {
      return connections;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/** Answers with these statuses one after the other, and with 200 from then on. */
export function statuses(...list: readonly number[]): Handler {
  return (_request, response, count) => json(response, list[count - 1] ?? 200, { count });
}
