/**
 * A process of its own: a Deepgram account with one busy day, and a Datadog intake that takes everything. So what
 * serving costs is in nobody's figures. It is told what to do by `account.mjs`.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../dist/connectors/stand-ins/deepgram/random/random.js';
import { uuidFor } from '../dist/connectors/stand-ins/deepgram/random/uuid.js';
import { startStandIn } from '../dist/connectors/stand-ins/deepgram/stand-in.js';
import { Counts } from './counts.mjs';
import { project, requestLog } from './request-log.mjs';

const { day, requests, projects, busy, key } = JSON.parse(process.argv[2]);
const log = requestLog(day, requests);
const standIn = await startStandIn({ apiKey: key, projects: [project] });
const others = Array.from({ length: projects - 1 }, (_, at) => ({
  project_id: uuidFor(7, at),
  name: `Project ${at + 2}`,
}));
const listed = [{ project_id: project.id, name: project.name }, ...others];

/** Projects that have the request log, each the whole of it. */
const withRequests = new Set(listed.slice(0, busy).map(({ project_id: id }) => id));

let behaviour = {};
let counts = new Counts();
let random = new Random(1);

const server = createServer(async (request, response) => {
  if (request.method === 'POST') return takePayload(request, response);
  const { latencyMs, jitter, maxInFlight } = behaviour;
  if (!counts.begin(maxInFlight)) {
    return response.writeHead(429, JSON_TYPE).end('{"category":"TOO_MANY_REQUESTS","message":"Too many."}');
  }
  if (latencyMs > 0) await delay(latencyMs * (jitter ? 0.5 + random.fraction() : 1));
  await answer(request, response);
});

const JSON_TYPE = { 'content-type': 'application/json' };
const LIST = /^\/v1\/projects\/([^/]+)\/requests$/;
const NO_REQUESTS = Buffer.from('{"page":0,"limit":1000,"requests":[]}');

async function answer({ url, headers }, response) {
  if (headers.authorization !== `Token ${key}`) return send(response, 401, Buffer.from('{}'));
  const { pathname, searchParams } = new URL(url, 'http://account');
  if (pathname === '/v1/projects')
    return send(response, 200, Buffer.from(JSON.stringify({ projects: listed })));
  const projectId = LIST.exec(pathname)?.[1];
  if (withRequests.has(projectId)) return sendPage(response, searchParams);
  if (projectId !== undefined) return send(response, 200, NO_REQUESTS);
  const { status, body } = await other(url);
  send(response, status, body);
}

/** Bodies that are not being sent, to be written over: new memory for each page would cost more than the page. */
const bodies = [];

function sendPage(response, query) {
  const body = bodies.pop() ?? Buffer.allocUnsafe(log.largestPage);
  response.on('close', () => bodies.push(body));
  send(response, 200, log.page(query, body));
}

function send(response, status, body) {
  counts.end(body.length);
  response.writeHead(status, { ...JSON_TYPE, 'content-length': body.length }).end(body);
}

/** Everything beside the request log, the same for every project, and asked of the stand-in once. */
const known = new Map();

function other(url) {
  const path = url.replace(/^\/v1\/projects\/[^/]+/, `/v1/projects/${project.id}`);
  if (!known.has(path)) known.set(path, ask(path));
  return known.get(path);
}

async function ask(path) {
  const given = await fetch(standIn.url + path, { headers: { authorization: `Token ${key}` } });
  return { status: given.status, body: Buffer.from(await given.arrayBuffer()) };
}

function takePayload(request, response) {
  request.on('data', (chunk) => counts.take(chunk.length));
  request.on('end', () => {
    counts.payloads += 1;
    response.writeHead(202, JSON_TYPE).end('{"errors":[]}');
  });
}

process.on('message', ({ begin }) => {
  if (begin !== undefined) {
    behaviour = begin;
    counts = new Counts();
    random = new Random(1);
  }
  process.send(counts.seen());
});
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const { bytesPerRecord, nanodollars } = log;
  process.send({ url: `http://127.0.0.1:${server.address().port}`, bytesPerRecord, nanodollars });
});
