/**
 * Queues what is lacking, and has so many workers carry it out. A process of its own, so that what all of them take is
 * measured together; `times.json` says how long the queueing took, and the workers.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/bundle/cli.js', import.meta.url));
const count = Number(process.argv[2]);

const queued = await timed(() => run('enqueue'));
const worked = await timed(() =>
  Promise.all(Array.from({ length: count }, () => run('worker', '--until-empty'))),
);
await writeFile('times.json', JSON.stringify({ queued, worked }));

async function run(command, ...options) {
  const args = [CLI, command, '-c', 'bench.yaml', ...options, '-q'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

async function timed(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1e3;
}
