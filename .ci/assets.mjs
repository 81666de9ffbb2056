// The bundled program puts its dashboard and monitors into an organization, finds them again, and takes them away: with
// only those models of Datadog's client that the bundle has.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startIntake } from '../dist/connectors/stand-ins/datadog/intake.js';
import { systemClock } from '../dist/src/time/clock.js';

const CLI = fileURLToPath(new URL('../dist/bundle/cli.js', import.meta.url));
const [apiKey, appKey] = ['api-key-of-the-organization', 'app-key-of-somebody-in-it'];

const intake = await startIntake({ apiKey, appKey, clock: systemClock });
const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-assets-'));
try {
  const datadog = { type: 'datadog-metrics', api_key: apiKey, app_key: appKey, api_url: intake.url };
  const job = { version: 1, source: { type: 'deepgram', api_key: 'not-asked' }, sinks: { datadog } };
  await writeFile(join(folder, 'job.yaml'), JSON.stringify(job));
  const { dashboards, monitors } = intake.assets;
  for (const [command, expected] of [
    ['install', [1, 4]],
    ['install', [1, 4]],
    ['uninstall', [0, 0]],
  ]) {
    const child = spawn(process.execPath, [CLI, 'datadog', command, '-c', 'job.yaml'], { cwd: folder });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    const [code] = await once(child, 'close');
    const found = [[...dashboards.all].length, [...monitors.all].length];
    process.stdout.write(
      `${command}: exit ${code}, ${found[0]} dashboards and ${found[1]} monitors are there\n`,
    );
    if (code === 0 && found.join() === expected.join()) continue;
    process.stdout.write(said);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
  await intake.close();
}
