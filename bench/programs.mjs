import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiKey, day } from './account.mjs';
import { writeJob } from './job.mjs';
import { project } from './request-log.mjs';

/*
 * What is measured. `prepare` writes what a program needs into its folder and gives the command that is run there;
 * `verify` throws where it has not done its work, and may have more to tell; in `outputs` are its requests.
 */

const CLI = fileURLToPath(new URL('../dist/bundle/cli.js', import.meta.url));
const FLOOR = fileURLToPath(new URL('floor.mjs', import.meta.url));

const WORKERS = fileURLToPath(new URL('workers-process.mjs', import.meta.url));

/** Calls in flight at most, where nothing else is said. */
export const CONCURRENCY = 8;

/** The real `sync` of one day's requests. */
export function sync(sinks, concurrency = CONCURRENCY, options = []) {
  return {
    name: `sync to ${sinks.join(', ')}`,
    async prepare(folder, account) {
      await writeConfig(folder, account, {
        sinks,
        concurrency,
        since: day,
        until: day,
        streams: REQUESTS_ONLY,
      });
      return [...SYNC, ...options];
    },
    async verify(folder, account) {
      const { records } = (await streamsIn(folder)).find(({ name }) => name === 'requests');
      if (records !== account.requests)
        throw new Error(`${records} of ${account.requests} requests were read`);
    },
    outputs: {
      ndjson: `ndjson/requests/project_id=${project.id}/date=${day}/part.ndjson`,
      ...(sinks.includes('tableau') ? { csv: 'tableau/requests.csv' } : {}),
    },
  };
}

/**
 * `sync` of usage and billing from that day on, once for each of the groupings of `streams`. Run again in the same
 * folder, it reads what may still change.
 */
export function dailySync(since, streams, concurrency = CONCURRENCY, options = [], state = '') {
  return {
    name: `usage and billing since ${since}`,
    async prepare(folder, account) {
      const sinks = ['ndjson', 'tableau'];
      await writeConfig(folder, account, { sinks, concurrency, since, until: day, streams, state });
      return [...SYNC, ...options];
    },
    async verify(folder) {
      const streams = await streamsIn(folder);
      return { partitions: streams.reduce((sum, { partitions }) => sum + partitions, 0) };
    },
    outputs: ['tableau/usage.csv', 'tableau/billing.csv'],
  };
}

/** The same work as a program's, queued for so many workers. */
export function workersOf({ name, prepare }, count) {
  return {
    name: `${name}, ${count} workers`,
    async prepare(folder, account) {
      await prepare(folder, account);
      return [process.execPath, WORKERS, String(count)];
    },
    verify: async (folder) => JSON.parse(await readFile(join(folder, 'times.json'), 'utf8')),
  };
}

/** Only fetches the pages and parses them; with `rows` also normalizes the records and makes JSON of them. */
export function floor(what) {
  return {
    name: what === 'rows' ? 'floor: and normalize, stringify' : 'floor: fetch, parse',
    async prepare(folder, account) {
      await writeJob(folder, account, CONCURRENCY);
      return [process.execPath, FLOOR, what];
    },
  };
}

export const bareNode = { name: 'bare Node', prepare: async () => [process.execPath, '-e', '0'] };
export const help = { name: '--help', prepare: async () => [process.execPath, CLI, '--help'] };
export const validate = {
  name: 'validate',
  async prepare(folder) {
    const sinks = ['ndjson', 'tableau', 'datadog'];
    await writeConfig(
      folder,
      { url: 'http://127.0.0.1:1' },
      { sinks, concurrency: 1, since: day, until: day, streams: '' },
    );
    return [process.execPath, CLI, 'validate', '-c', 'bench.yaml'];
  },
};

/** As many sinks as nobody has: what takes longer with each of the others shows. */
export const validateMany = {
  name: 'validate, 1,000 sinks',
  async prepare(folder) {
    const lines = Array.from(
      { length: 1_000 },
      (_, at) => `  s${at}: { type: ndjson, path: "out/${at}", required: ${at > 0} }`,
    );
    const head = ['version: 1', `source: { type: deepgram, api_key: ${apiKey} }`, 'sinks:'];
    await writeFile(join(folder, 'many.yaml'), `${[...head, ...lines].join('\n')}\n`);
    return [process.execPath, CLI, 'validate', '-c', 'many.yaml'];
  },
};

const SYNC = [process.execPath, CLI, 'sync', '-c', 'bench.yaml', '--summary', 'summary.json', '-q'];
const ACCOUNT_OFF = 'balances: false, purchases: false, projects: false, api_keys: false, models: false';
const REQUESTS_ONLY = `streams: { usage: false, billing: false, ${ACCOUNT_OFF} }`;
/** Ten streams with the groupings of a default configuration, two without any. */
export const GROUPED = `streams: { requests: false, ${ACCOUNT_OFF} }`;
export const UNGROUPED = `streams: { requests: false, usage: { group_by: [] }, billing: { group_by: [] }, ${ACCOUNT_OFF} }`;

/** The database of the postgres sink, and the schema that the benchmarks may drop. */
export const DATABASE = { url: process.env.DATABASE_URL ?? '', schema: 'deepgram_export_bench' };

/** `historical`, because the points of an hour ago and more would be left out, and their work with them. */
const SINKS = {
  ndjson: () => 'ndjson: { type: ndjson, path: ndjson }',
  parquet: () => 'parquet: { type: parquet, path: parquet }',
  tableau: () => 'tableau: { type: tableau-csv, path: tableau }',
  datadog: (url) =>
    `datadog: { type: datadog-metrics, api_key: ${apiKey}, api_url: "${url}", historical: true }`,
  report: () => 'report: { type: report, path: report.html }',
  postgres: () => `postgres: { type: postgres, url: "${DATABASE.url}", schema: ${DATABASE.schema} }`,
};

function writeConfig(folder, { url }, { sinks, concurrency, since, until, streams, state = '' }) {
  const lines = [
    'version: 1',
    `source: { type: deepgram, api_key: ${apiKey}, base_url: "${url}", max_concurrency: ${concurrency} }`,
    streams,
    state,
    `window: { since: "${since}", until: "${until}" }`,
    'sinks:',
    ...sinks.map((sink) => `  ${SINKS[sink](url)}`),
  ];
  return writeFile(join(folder, 'bench.yaml'), `${lines.join('\n')}\n`);
}

async function streamsIn(folder) {
  return JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')).streams;
}
