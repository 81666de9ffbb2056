/**
 * The least that reading the pages can cost: undici and `JSON.parse`, nothing kept, nothing written. With `rows`
 * also the least that NDJSON can cost: every record normalized, and `JSON.stringify`.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';

const [what] = process.argv.slice(2);
const { pages, concurrency, key, project } = JSON.parse(await readFile('job.json', 'utf8'));
const urls = pages.values();
const dispatcher = new Agent({ connections: concurrency });
const headers = { authorization: `Token ${key}` };
const use = what === 'rows' ? await rowWriter() : () => {};

async function fetchSome() {
  for (const url of urls) {
    const { body } = await request(url, { dispatcher, headers });
    use(JSON.parse(await body.text()));
  }
}

async function rowWriter() {
  const { requestRow } = await import('../dist/connectors/deepgram/requests/normalize-request.js');
  const hour = 3_600_000;
  const context = {
    project,
    names: { model: () => undefined, apiKey: () => undefined, lineItem: () => undefined },
    ages: { unknownAfterMs: hour, lostAfterMs: 48 * hour, pricedWithinMs: 4 * hour },
    now: Date.now(),
    prices: { areComing: true },
    findings: { reject() {}, noteUnknownFields() {}, unknownForm() {} },
  };
  return ({ requests }) => {
    for (const record of requests) JSON.stringify(requestRow(record, context));
  };
}

await Promise.all(Array.from({ length: concurrency }, fetchSome));
await dispatcher.close();
