import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../dist/connectors/index.js';
import { startStandIn } from '../dist/connectors/stand-ins/deepgram/stand-in.js';
import { sync } from '../dist/connectors/sync.js';
import { main } from '../dist/src/cli/main.js';
import { Screen } from '../dist/src/log/screen.js';

const KEY = 'simulation-key';

/**
 * What the real program does with accounts, one run after the other, with a clock that is moved by hand: the tasks that
 * it has planned, as they are, and the calls that it has made.
 *
 * @param {{ projects: { id: string, name: string }[], requestsPerDay: number | Function, since: string,
 *   moments: number[] }} life of an account; a run at each of these moments
 */
export async function lifeOf({ projects, requestsPerDay, since, moments }) {
  let now = moments[0];
  const standIn = await startStandIn({ now, projects, requestsPerDay, apiKey: KEY });
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-simulation-'));
  const clock = { now: () => now, sleep: async () => {} };
  try {
    await writeFile(join(folder, 'job.yaml'), jobText(standIn.url, since));
    const runs = [];
    for (const moment of moments) {
      standIn.clock.advance(moment - now);
      now = moment;
      const tasks = await planned(folder, clock);
      const before = standIn.calls.length;
      const summary = await sync({ config: 'job.yaml', cwd: folder, env: {}, clock });
      if (summary.exit_code !== 0) throw new Error(`a run ended with ${summary.exit_code}`);
      const calls = standIn.calls.slice(before);
      runs.push({
        moment,
        tasks,
        calls: calls.length,
        pages: calls.filter(isPage).length,
        records: Object.fromEntries(summary.streams.map(({ name, records }) => [name, records])),
        stateBytes: (await stat(join(folder, '.deepgram-export/state.json'))).size,
      });
    }
    return runs;
  } finally {
    await standIn.close();
    await rm(folder, { recursive: true });
  }
}

/** Pages of the request log, whose number depends on how busy a day was. */
export function isPage({ path }) {
  return path.endsWith('/requests');
}

/** All streams, as where nothing is said of them; what a sink does is no matter here. */
export function jobText(url, since) {
  return `version: 1
source: { type: deepgram, api_key: ${KEY}, base_url: '${url}' }
window: { since: ${since} }
sinks:
  archive: { type: ndjson, path: out }
`;
}
export { KEY };

async function planned(folder, clock) {
  let text = '';
  const [stdout, stderr] = [(some) => (text += some), () => {}].map((write) => ({
    isTTY: false,
    columns: 100,
    write,
  }));
  const program = {
    env: {},
    cwd: folder,
    screen: new Screen(stdout, stderr, {}),
    clock,
    signal: new AbortController().signal,
    interruptCode: () => undefined,
  };
  const code = await main(['plan', '-c', 'job.yaml', '--format', 'json', '--quiet'], program, catalogue);
  if (code !== 0) throw new Error(`plan ended with ${code}`);
  return JSON.parse(text).tasks;
}
