import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { errorOf, load as loadConfig, loadText, right } from './load-text.js';

const load = (file: string, cwd: string) => loadConfig({ file, cwd, env: {}, mode: 'resolve' });
const emptyFolder = () => mkdtemp(join(tmpdir(), 'config-'));

test('a file is named from the working directory, or with its whole path', async () => {
  const cwd = await emptyFolder();
  const file = join(cwd, 'job.yaml');
  await writeFile(file, right);

  const [relative, absolute] = await Promise.all([load('job.yaml', cwd), load(file, tmpdir())]);

  expect(relative.sinks).toHaveLength(1);
  expect(absolute.sinks).toHaveLength(1);
});

test('a pipe that the program was started with is as good as a file', async () => {
  const cwd = await emptyFolder();
  await promisify(execFile)('mkfifo', [join(cwd, 'pipe')]);
  const [reading, writing] = await Promise.all([open(join(cwd, 'pipe'), 'r'), open(join(cwd, 'pipe'), 'w')]);

  const loading = load(`/dev/fd/${reading.fd}`, cwd);
  // Not before it reads: a pipe with a name, as this one has, is opened only while somebody is there to write.
  await writing.writeFile(`${'# comment\n'.repeat(100_000)}${right}`);
  await writing.close();
  const job = await loading;

  await reading.close();
  expect(job.sinks).toHaveLength(1);
});

test('a missing file', async () => {
  const error = await errorOf(load('job.yaml', await emptyFolder()));

  expect(error).toMatchObject({
    code: 'CONFIG_INVALID',
    kind: 'config',
    message: 'There is no file job.yaml.',
    hint: 'Name a YAML file with -c; `deepgram-export init` writes one to start from.',
  });
});

test('a folder', async () => {
  const cwd = await emptyFolder();
  await mkdir(join(cwd, 'config'));

  const { message } = await errorOf(load('config', cwd));

  expect(message).toBe('config is a folder, not a configuration file.');
});

test.runIf(process.getuid?.() !== 0)('a file of somebody else', async () => {
  const cwd = await emptyFolder();
  await writeFile(join(cwd, 'job.yaml'), right);
  await chmod(join(cwd, 'job.yaml'), 0o000);

  const { message } = await errorOf(load('job.yaml', cwd));

  expect(message).toBe('job.yaml cannot be read: permission denied.');
});

test.each([
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]), 'job.yaml is not a text file in UTF-8.'],
  ['UTF-16', Buffer.from(`\uFEFF${right}`, 'utf16le'), 'job.yaml is not a text file in UTF-8.'],
  [
    'a large file',
    Buffer.alloc(1_048_577, '# comment\n'),
    'job.yaml is larger than 1 MiB, which no configuration file is.',
  ],
])('%s', async (_, bytes, message) => {
  expect(await errorOf(loadText(bytes))).toMatchObject({ code: 'CONFIG_INVALID', message });
});

test('a link that leads nowhere but to itself', async () => {
  const cwd = await emptyFolder();
  await symlink('job.yaml', join(cwd, 'job.yaml'));

  const { message } = await errorOf(load('job.yaml', cwd));

  expect(message).toBe('job.yaml cannot be read: the file system answered ELOOP.');
});

test('a file of exactly 1 MiB is still read', async () => {
  const rest = Buffer.alloc(1_048_576 - right.length, `#${' comment'.repeat(100)}\n`);

  const job = await loadText(Buffer.concat([Buffer.from(right), rest]));

  expect(job.sinks).toHaveLength(1);
});
