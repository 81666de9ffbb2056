import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiKey, day } from './account.mjs';
import { measured } from './measured.mjs';

const CLI = fileURLToPath(new URL('../dist/src/cli/bin.js', import.meta.url));
const FETCH_ONLY = fileURLToPath(new URL('fetch-only.mjs', import.meta.url));

/** Requests in flight at most, where nothing else is said. */
export const CONCURRENCY = 8;

/**
 * One run of the real `sync` into an empty folder, with all three sinks.
 *
 * @throws where it has not delivered every request
 */
export function sync(account, { concurrency = CONCURRENCY, latencyMs = 0 } = {}) {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'bench.yaml'), configOf(account, concurrency));
    await account.begin(latencyMs);
    const run = await measured([CLI, 'sync', '-c', 'bench.yaml', '--summary', 'summary.json', '-q'], folder);
    const seen = await account.seen();
    const { streams } = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
    const read = streams.find(({ name }) => name === 'requests').records;
    if (read !== account.count) throw new Error(`${read} of ${account.count} requests were read`);
    return { ...run, seen };
  });
}

/** Only fetches these pages of the account, as many at once, and parses them. */
export function fetchOnly(account, calls) {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'urls.json'), JSON.stringify(calls.map((call) => account.url + call)));
    await account.begin();
    return measured([FETCH_ONLY, 'urls.json', String(CONCURRENCY), apiKey], folder);
  });
}

export function help() {
  return inFolder((folder) => measured([CLI, '--help'], folder));
}

export function bareNode() {
  return inFolder((folder) => measured(['-e', '0'], folder));
}

async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `historical`, because the points of an hour ago and more would be left out, and their work with them. */
function configOf({ url }, concurrency) {
  return `version: 1
source: { type: deepgram, api_key: ${apiKey}, base_url: "${url}", max_concurrency: ${concurrency} }
window: { since: "${day}", until: "${day}" }
sinks:
  tableau: { type: tableau-csv, path: tableau }
  archive: { type: ndjson, path: ndjson }
  datadog: { type: datadog-metrics, api_key: ${apiKey}, api_url: "${url}", historical: true }
`;
}
