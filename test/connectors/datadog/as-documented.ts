import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { serve } from '../../http/loopback-server.js';
import { steppingClock } from './account.js';

/** What belongs to one connection, and not to a call. */
const OF_A_CONNECTION = ['host', 'connection', 'content-length', 'transfer-encoding'];

/**
 * Where calls are to go so that nock sees them as calls to this host: it knows `fetch`, and nothing of the client that is
 * used here. A server on loopback passes each on, as it is.
 */
export async function seenByNock(origin: string): Promise<string> {
  const server = await serve(async (request, response) => {
    const headers = Object.entries(request.headers).filter(([name]) => !OF_A_CONNECTION.includes(name));
    const body = await buffer(request);
    const answer = await fetch(`${origin}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
      ...(body.length > 0 && { body }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  return server.url;
}

/** The hosts that a sink wants to speak to, as a proxy hears of it. Nobody is let through. */
export async function hostsAskedFor(
  open: (context: SinkContext) => Promise<Sink>,
): Promise<readonly string[]> {
  const hosts: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    hosts.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo; // listening on TCP, so no pipe's name
  const env = { https_proxy: `http://127.0.0.1:${port}` };
  const sink = await open(sinkContext('.', { clock: steppingClock(), env }));
  await sink.check?.(new AbortController().signal).catch(() => {});
  await sink.dispose?.();
  return [...new Set(hosts)];
}
