// Builds the Dockerfile with buildah, and runs what comes of it against the stand-in account. Its base cannot be had
// everywhere, so it is built on one of our own of the same form: a Node, its libraries, and nothing else.
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startStandIn } from '../../dist/connectors/stand-ins/deepgram/stand-in.js';

const ROOT = join(import.meta.dirname, '../..');
const KEY = 'stand-in-key';
const FILE = ['--file', join(ROOT, 'Dockerfile'), '--tag', 'localhost/deepgram-export'];
const folder = await mkdtemp(join(tmpdir(), 'container-'));
const command = promisify(execFile);
const storage = [
  '--root',
  join(folder, 'storage'),
  '--runroot',
  join(folder, 'run'),
  '--storage-driver',
  'vfs',
];

try {
  if (await isThere()) await play();
  else process.stdout.write('Skipped: there is no buildah here that can run a container.\n');
} finally {
  await command('buildah', [...storage, 'rm', '--all']).catch(() => {});
  await rm(folder, { recursive: true, force: true });
}

async function buildah(...args) {
  const { stdout } = await command('buildah', [...storage, ...args], { maxBuffer: 2 ** 26 });
  return stdout.trim();
}

/** True where it works: it may be installed where nobody may make a container. */
async function isThere() {
  try {
    await buildah('mount', await buildah('from', 'scratch'));
    return true;
  } catch {
    return false;
  }
}

async function play() {
  await buildah(
    'bud',
    '--isolation=chroot',
    '--build-arg',
    `BASE=${await base()}`,
    ...FILE,
    join(ROOT, 'dist'),
  );
  const { OCIv1 } = JSON.parse(await buildah('inspect', '--type', 'image', 'localhost/deepgram-export'));
  const { User: user, WorkingDir: home, Entrypoint: entry, Cmd: usual } = OCIv1.config;
  expect(
    'it is nobody’s, and at home in /data',
    [user, home, usual.join()],
    ['65532:65532', '/data', 'sync'],
  );
  const container = await buildah('from', 'localhost/deepgram-export');
  const root = await buildah('mount', container);
  const before = await contents(root);
  expect(
    'there is no shell',
    before.filter((path) => /\/(ba|da)?sh$/.test(path)),
    [],
  );

  const account = await startStandIn({ now: Date.now(), apiKey: KEY, requestsPerDay: 5 });
  const data = join(folder, 'data');
  await mkdir(data);
  await command('chown', ['65532:65532', data]);
  await writeFile(
    join(data, 'deepgram-export.yaml'),
    `version: 1\nsource: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${account.url}" }\n` +
      'window: { since: 1d }\nsinks:\n  archive: { type: ndjson, path: out }\n',
  );
  await writeFile(join(data, 'keys.env'), `DEEPGRAM_API_KEY=${KEY}\n`);
  await chmod(join(data, 'keys.env'), 0o644);
  const run = (...args) =>
    buildah('run', '--isolation=chroot', `--volume=${data}:/data`, container, '--', ...entry, ...args);
  try {
    await run('check', '--env-file', 'keys.env');
    const said = await run(...usual, '--env-file', 'keys.env');
    expect('everything is delivered', /Everything was delivered/.test(said), true);
    const state = JSON.parse(await readFile(join(data, '.deepgram-export/state.json'), 'utf8'));
    expect('and remembered in /data', state.version !== undefined, true);
    expect('nothing else is written', await contents(root), before);
    const refused = await run('init', '/app/mine.yaml').catch(({ stderr }) => stderr);
    expect('nor can be', /has no right to write there/.test(refused), true);
  } finally {
    await account.close();
  }
}

/** An image with this Node where the real base has its own. */
async function base() {
  const { stdout } = await command('ldd', [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
  const files = [[process.execPath, '/nodejs/bin/node'], ...libraries.map((path) => [path, path])];
  const root = join(folder, 'base');
  for (const [from, to] of files) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await cp(from, join(root, to), { dereference: true });
  }
  const container = await buildah('from', 'scratch');
  await buildah('add', container, root, '/');
  await buildah('commit', container, 'localhost/node-and-nothing-else');
  return 'localhost/node-and-nothing-else';
}

/** Paths of all files, without what the tool mounts. */
async function contents(root) {
  const { stdout } = await command('find', [root, '-xdev', '-type', 'f'], { maxBuffer: 2 ** 26 });
  return stdout
    .split('\n')
    .filter((path) => path !== '' && !path.startsWith(`${root}/etc/`))
    .sort();
}

function expect(what, found, wanted) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${what}: ${one} where ${other} was expected`);
  process.stdout.write(`ok  ${what}\n`);
}
