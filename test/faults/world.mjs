import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sync } from './program.mjs';

const FILES = `  tableau: { type: tableau-csv, path: out/tableau, package: true }
  archive: { type: ndjson, path: out/ndjson, compression: gzip }
  columns: { type: parquet, path: out/parquet }
  report: { type: report, path: out/report.html }
  bill: { type: focus, path: out/focus }
`;

/** The sinks of a job: those that write files, and Datadog when there is an intake for it. */
export function sinksOf({ intakeUrl, deadline = '5m' } = {}) {
  if (intakeUrl === undefined) return FILES;
  return `${FILES}  datadog: { type: datadog-metrics, api_key: '\${DD_API_KEY}', api_url: '${intakeUrl}', historical: true, deadline: ${deadline} }
`;
}

/** The sinks of a job that sends logs; late ones too, since its days are older than Datadog's 18 hours. */
export function logSinksOf({ intakeUrl }) {
  return `  archive: { type: ndjson, path: out/ndjson }
  logs: { type: datadog-logs, api_key: '\${DD_API_KEY}', api_url: '${intakeUrl}', late: send }
`;
}

/**
 * A folder with a configuration. Balances are off: each is what was there at the moment of a run, so runs at other
 * times rightly have others.
 *
 * @param settings.state where it is in a database; default: in a file
 */
export async function makeWorld(account, { since, until, sinks, state }) {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-faults-'));
  const config = `version: 1
source: { type: deepgram, api_key: '\${DEEPGRAM_API_KEY}', base_url: '${account.url}' }
streams: { balances: false }
window: { since: ${since}, until: ${until}, lookback: 1d }
state: ${state?.setting ?? '{ path: state/state.json }'}
sinks:
${sinks}`;
  await writeFile(join(folder, 'sync.yaml'), config);
  await mkdir(join(folder, 'out'));
  return {
    folder,
    out: join(folder, 'out'),
    stateFolder: join(folder, 'state'),
    state,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What one undisturbed run into a new folder, without a past, has at this moment of the account; its state is a file. */
export async function withReference(account, { state: _, ...settings }, use) {
  const world = await makeWorld(account, settings);
  try {
    const { code, said } = await sync(world.folder, account);
    if (code !== 0) throw new Error(`the undisturbed run ended with ${code}:\n${said}`);
    return await use(world);
  } finally {
    await world.remove();
  }
}
