/** The least that reading an account can cost: undici and `JSON.parse`, nothing kept, nothing written. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';

const [file, concurrency, key] = process.argv.slice(2);
const urls = JSON.parse(await readFile(file, 'utf8')).values();
const dispatcher = new Agent({ connections: Number(concurrency) });
const headers = { authorization: `Token ${key}` };

async function fetchSome() {
  for (const url of urls) {
    const { body } = await request(url, { dispatcher, headers });
    JSON.parse(await body.text());
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, fetchSome));
await dispatcher.close();
