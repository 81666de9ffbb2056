import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { startStandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import { close, listen } from '../../connectors/stand-ins/loopback.js';
import { ROOT } from './program.js';

/** The folder of somebody who has installed the package, with the files that `docs/sinks/write-a-sink.md` shows. */
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugin-'));
  const packed = await run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder],
    ROOT,
  );
  await write('package.json', '{ "private": true, "type": "module" }');
  await run('npm', [
    'install',
    '--offline',
    '--silent',
    '--no-audit',
    '--no-fund',
    `./${packed.stdout.trim()}`,
  ]);
  const page = await readFile(join(ROOT, 'docs/sinks/write-a-sink.md'), 'utf8');
  for (const [, text = '', name = ''] of page.matchAll(/^```js\n(\/\/ ([\w.-]+)\n.*?)^```$/gms)) {
    await write(name, text);
  }
});

it('the sink of the page has less than sixty lines, and passes the suite with node:test', async () => {
  const lines = (await readFile(join(folder, 'webhook-sink.mjs'), 'utf8')).trim().split('\n');

  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'webhook-sink.test.mjs']);

  expect(lines.length).toBeLessThan(60);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(15);
});

it('it is named by its path in a configuration that a program runs', async () => {
  const received = new Map<string, string>();
  const server = createServer(async (request, response) => {
    received.set(`${request.method} ${request.url}`, Buffer.concat(await request.toArray()).toString());
    response.end();
  });
  const url = await listen(server, 0);
  const account = await startStandIn({ projects: [{ id: 'p-1', name: 'Support' }], requestsPerDay: 5 });
  onTestFinished(async () => {
    await Promise.all([account.close(), close(server)]);
  });
  await write(
    'deepgram-export.yaml',
    `version: 1
source: { type: deepgram, api_key: stand-in-key, base_url: "${account.url}" }
window: { since: 1d }
sinks:
  hook: { type: ./webhook-sink.mjs, url: "${url}", token: "\${HOOK_TOKEN}", streams: [usage] }
`,
  );

  const { stdout, stderr } = await run(process.execPath, ['run.mjs'], folder, { HOOK_TOKEN: 'a-token' });

  expect(stdout).toBe('');
  expect(stderr).toContain('for hook');
  expect([...received.keys()].sort()).toEqual([
    expect.stringMatching(/^PUT \/usage\/p-1\/\d{4}-\d\d-\d\d$/),
    expect.stringMatching(/^PUT \/usage\/p-1\/\d{4}-\d\d-\d\d$/),
  ]);
  for (const text of received.values()) expect(JSON.parse(text)).toMatchObject({ project_id: 'p-1' });
});

it('a sink that holds a socket and a timer lets the process end by itself', async () => {
  await write(
    'holding.test.mjs',
    `import { connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { ExportError } from 'deepgram-export';
import { describeSinkConformance, memorySink } from 'deepgram-export/testing';

const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
server.unref(); // its connections are not

describeSinkConformance({ describe, it }, 'holding', async () => {
  const memory = memorySink();
  let isClosed = false;
  const refuse = () => {
    if (isClosed) throw new ExportError('SINK_REFUSED', 'closed', { kind: 'permanent' });
  };
  return {
    open: async () => {
      const socket = connect(server.address().port, '127.0.0.1');
      const timer = setInterval(() => {}, 1_000);
      return {
        ...memory,
        check: async (signal) => (refuse(), memory.check(signal)),
        begin: async (partition, signal) => (refuse(), memory.begin(partition, signal)),
        dispose: async () => {
          socket.destroy();
          clearInterval(timer);
        },
      };
    },
    contents: async () =>
      Object.fromEntries([...memory.committed].map(([name, { rows }]) => [name, JSON.stringify(rows)])),
    breakDown: async () => void (isClosed = true),
    mend: async () => void (isClosed = false),
    dispose: async () => {},
  };
});
`,
  );

  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'holding.test.mjs']);

  expect(stdout).toMatch(/^# fail 0$/m);
});

it('TypeScript infers the settings of a sink, and knows what a program gets', async () => {
  await write(
    'consumer.mts',
    `import { defineSinkType, type Sink, type StandardSchema, type Summary, sync } from 'deepgram-export';
import { memorySink, startStandIn } from 'deepgram-export/testing';

declare const settings: StandardSchema<{ readonly url: string }>;
export const type = defineSinkType({
  settings,
  open: async ({ url }, { name }): Promise<Sink> => memorySink({ name: name + url.length }),
});
// @ts-expect-error: there is no such setting
defineSinkType({ settings, open: async ({ uri }) => memorySink({ name: uri }) });
export const summary: Promise<Summary> = sync({ config: 'job.yaml', sinks: { mine: type } });
export const url: Promise<string> = startStandIn().then((account) => account.url);
`,
  );
  const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--ignoreConfig'];

  await run(process.execPath, [...tsc, '--module', 'nodenext', '--types', '', 'consumer.mts']);
});

/** Rejects with what was said where it does not end with 0; what hangs is ended. */
function run(
  command: string,
  args: readonly string[],
  cwd = folder,
  env: Readonly<Record<string, string>> = {},
) {
  const { PATH, HOME } = process.env;
  return promisify(execFile)(command, args, { cwd, timeout: 90_000, env: { PATH, HOME, ...env } }).catch(
    (error) => {
      throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
    },
  );
}

function write(name: string, text: string): Promise<void> {
  return writeFile(join(folder, name), text);
}
