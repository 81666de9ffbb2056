import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requests } from '../dist/connectors/deepgram/streams/requests.js';
import { apiKey, day } from './account.mjs';

/** Requests a page; the most that Deepgram gives. */
const PAGE = 1_000;

/**
 * Writes what a rival or a floor is told: `job.json`, and the same for curl in `curl.config`, which leaves the pages
 * in the folder `pages`. They are the plain pages of the day; to know how many there are is given to them.
 */
export async function writeJob(folder, account, concurrency) {
  const project = `${account.url}/v1/projects/${account.project.id}`;
  const pages = Array.from(
    { length: Math.ceil(account.requests / PAGE) },
    (_, page) => `${project}/requests?start=${day}&end=${day}&limit=${PAGE}&page=${page}`,
  );
  const job = {
    url: account.url,
    key: apiKey,
    project: account.project,
    day,
    concurrency,
    fields: requests.fields.map(({ name }) => name),
    models: `${project}/models?include_outdated=true`,
    keys: `${project}/keys`,
    pages,
  };
  await writeFile(join(folder, 'job.json'), JSON.stringify(job));
  await writeFile(join(folder, 'curl.config'), curlConfig(job));
}

function curlConfig({ key, concurrency, models, keys, pages }) {
  const files = [
    [models, 'models.json'],
    [keys, 'keys.json'],
    ...pages.map((url, page) => [url, `pages/${page}.json`]),
  ];
  return [
    'fail',
    'show-error',
    'no-progress-meter',
    'create-dirs',
    'parallel',
    `parallel-max = ${concurrency}`,
    `header = "Authorization: Token ${key}"`,
    ...files.flatMap(([url, output]) => [`url = "${url}"`, `output = "${output}"`]),
    '',
  ].join('\n');
}
