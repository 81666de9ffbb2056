/**
 * A reader that nobody here wrote: what the datadog-metrics sink sends of a month is stored by VictoriaMetrics, asked
 * for again, and held against the records of the archive. Debian's VictoriaMetrics knows Datadog's first series call
 * only, so a server in between puts our payloads into its form, and adds nothing.
 *
 *     npm run test:readers
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { startStandIn } from '../../dist/connectors/stand-ins/deepgram/stand-in.js';

const PROGRAM = 'victoria-metrics';
const CLI = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url));
const KEY = 'reader-key';

if (spawnSync(PROGRAM, ['--version']).error) {
  process.stdout.write(`skipped: ${PROGRAM} is not installed\n`);
} else {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-reader-'));
  const ends = [];
  try {
    await check(folder, ends);
  } finally {
    for (const end of ends.reverse()) await end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function check(folder, ends) {
  const deepgram = await startStandIn({ apiKey: KEY, requestsPerDay: 200 });
  ends.push(() => deepgram.close());
  const reader = await startReader(folder, ends);
  const intake = await startIntake(reader, ends);
  await writeFile(
    join(folder, 'job.yaml'),
    `version: 1
source: { type: deepgram, api_key: ${KEY}, base_url: "${deepgram.url}" }
window: { since: 30d }
sinks:
  archive: { type: ndjson, path: archive }
  datadog: { type: datadog-metrics, api_key: ${KEY}, api_url: "${intake}", historical: true }
`,
  );
  // Twice: what is sent again must not be there twice.
  for (const run of ['a run', 'a second run']) {
    await sync(folder);
    await expectEqual(run, folder, reader);
  }
}

async function startReader(folder, ends) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    PROGRAM,
    [
      `-storageDataPath=${join(folder, 'store')}`,
      `-httpListenAddr=${url.slice('http://'.length)}`,
      '-retentionPeriod=3',
      // Of two samples of one moment it keeps one, as Datadog does.
      '-dedup.minScrapeInterval=1ms',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  ends.push(async () => {
    child.kill();
    await ended;
  });
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return url;
    await delay(100);
  }
  throw new Error(`${PROGRAM} did not answer on ${url}`);
}

async function startIntake(reader, ends) {
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const { series } = JSON.parse(gunzipSync(Buffer.concat(pieces)).toString('utf8'));
    const body = JSON.stringify({
      series: series.map(({ metric, tags, points }) => ({
        metric,
        tags,
        host: '',
        points: points.map(({ timestamp, value }) => [timestamp, value]),
      })),
    });
    const { status } = await fetch(`${reader}/datadog/api/v1/series`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"errors":[]}');
  });
  const port = await freePort();
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${port}`;
}

function freePort() {
  return new Promise((resolve) => {
    const socket = createSocketServer();
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

async function sync(folder) {
  const args = [CLI, 'sync', '-c', 'job.yaml', '--full-refresh', '--quiet'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`sync ended with ${code}`);
}

async function expectEqual(run, folder, reader) {
  await fetch(`${reader}/internal/force_flush`);
  const requests = (await records(folder, 'requests')).filter(
    ({ status }) => status !== 'pending' && status !== 'unknown',
  );
  const expected = {
    'deepgram.requests': requests.length,
    'deepgram.requests.cost': sum(requests, 'cost_usd'),
    'deepgram.requests.audio': sum(requests, 'audio_seconds'),
    'deepgram.usage.hours': sum(await records(folder, 'usage'), 'hours'),
    'deepgram.usage.by_models.requests': sum(await records(folder, 'usage_by_models'), 'requests'),
    'deepgram.billing.cost': sum(await records(folder, 'billing'), 'cost_usd'),
  };
  for (const [metric, value] of Object.entries(expected)) {
    const stored = await storedSum(reader, metric);
    process.stdout.write(`${run}: ${metric} is ${stored}, by the records ${value}\n`);
    if (!(value > 0) || Math.abs(stored / value - 1) > 1e-12) throw new Error(`${metric} is not the same`);
  }
}

async function storedSum(reader, metric) {
  const query = new URLSearchParams({ 'match[]': `{__name__="${metric}"}`, reduce_mem_usage: '0' });
  const lines = (await (await fetch(`${reader}/api/v1/export?${query}`)).text()).split('\n');
  return lines
    .filter((line) => line !== '')
    .flatMap((line) => JSON.parse(line).values)
    .reduce((total, value) => total + value, 0);
}

async function records(folder, stream) {
  const root = join(folder, 'archive', stream);
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ndjson'));
  const texts = await Promise.all(files.map((name) => readFile(join(root, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
  );
}

function sum(rows, field) {
  return rows.reduce((total, row) => total + (row[field] ?? 0), 0);
}
