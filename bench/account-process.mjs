/**
 * A process of its own: a Deepgram account with one busy day, and a Datadog intake that takes everything. So what
 * serving costs is in nobody's figures. It is told what to do by `account.mjs`.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { startStandIn } from '../dist/connectors/deepgram/stand-in/stand-in.js';
import { project, renderedLog } from './request-log.mjs';

const [day, count, key] = process.argv.slice(2);
const log = renderedLog(day, Number(count));
// Everything beside the request log: small answers, which it makes itself.
const standIn = await startStandIn({ apiKey: key, projects: [project] });

let latencyMs = 0;
let inFlight = 0;
let seen = nothing();

const server = createServer(async (request, response) => {
  if (request.method === 'POST') return takePayload(request, response);
  inFlight += 1;
  seen.peakInFlight = Math.max(seen.peakInFlight, inFlight);
  response.on('close', () => {
    inFlight -= 1;
  });
  seen.calls.push(request.url);
  if (latencyMs > 0) await delay(latencyMs);
  await answer(request, response);
});

async function answer({ url, headers }, response) {
  const { pathname, searchParams } = new URL(url, 'http://account');
  response.setHeader('content-type', 'application/json');
  if (pathname === `/v1/projects/${project.id}/requests`) {
    for (const piece of log.page(searchParams)) {
      seen.bytes += piece.length;
      response.write(piece);
    }
    return response.end();
  }
  const other = await fetch(standIn.url + url, { headers: { authorization: headers.authorization } });
  const body = Buffer.from(await other.arrayBuffer());
  seen.bytes += body.length;
  response.writeHead(other.status).end(body);
}

function takePayload(request, response) {
  seen.payloads += 1;
  request.on('data', (chunk) => {
    seen.payloadBytes += chunk.length;
  });
  request.on('end', () => {
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"errors":[]}');
  });
}

function nothing() {
  return { calls: [], bytes: 0, peakInFlight: 0, payloads: 0, payloadBytes: 0 };
}

process.on('message', (wanted) => {
  if (wanted.latencyMs !== undefined) {
    latencyMs = wanted.latencyMs;
    seen = nothing();
  }
  process.send({ seen });
});
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}`, bytesPerRecord: log.bytesPerRecord });
});
