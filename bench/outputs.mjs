import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { requests } from '../dist/connectors/deepgram/streams/requests.js';

/**
 * Sees to it that nobody wins by doing less: what a program has written is compared with the account, and with what
 * the first program wrote that was looked at.
 *
 * @returns looks at the outputs of a program in a folder; throws where they differ
 */
export function outputComparison(account) {
  let first;
  return async ({ name, outputs }, folder) => {
    for (const [format, file] of Object.entries(outputs)) {
      const what = `the ${format} of ${name}`;
      const print = await FINGERPRINTS[format](join(folder, file));
      sameOrThrow(what, print, { requests: account.requests, nanodollars: account.nanodollars });
      first ??= { what, print };
      sameOrThrow(what, print, first.print, first.what);
    }
  };
}

/** Throws where files of the same names do not have the same bytes as in the folder that was looked at first. */
export function byteComparison() {
  const first = new Map();
  return async ({ name, outputs }, folder) => {
    for (const file of outputs) {
      const hash = createHash('sha256')
        .update(await readFile(join(folder, file)))
        .digest('hex');
      if (hash !== (first.get(file) ?? hash)) throw new Error(`${file} of ${name} is not what it was before`);
      first.set(file, hash);
    }
  };
}

const FINGERPRINTS = { ndjson: ndjsonFingerprint, csv: csvFingerprint };

function sameOrThrow(what, print, expected, from = 'the account') {
  for (const [name, value] of Object.entries(expected)) {
    if (print[name] !== value) throw new Error(`${what} has ${name} ${print[name]}, and ${from} ${value}`);
  }
}

async function ndjsonFingerprint(file) {
  const print = new Fingerprint();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const row = JSON.parse(line);
    print.add((field) => (Array.isArray(row[field]) ? row[field].join('|') : row[field]));
  }
  return print.result();
}

async function csvFingerprint(file) {
  const print = new Fingerprint();
  for await (const row of createReadStream(file).pipe(parse({ columns: true })))
    print.add((field) => row[field]);
  return print.result();
}

/** Counts and sums of every field, and which ids there are, in any order; empty and null are the same. */
class Fingerprint {
  #ids = [];
  #counts = Object.fromEntries(requests.fields.map(({ name }) => [name, 0]));
  #millionths = Object.fromEntries(NUMBERS.map((name) => [name, 0]));
  #nanodollars = 0;

  add(valueIn) {
    this.#ids.push(valueIn('request_id'));
    this.#nanodollars += Math.round(Number(valueIn('cost_usd') ?? 0) * 1e9);
    for (const { name } of requests.fields) {
      const value = valueIn(name);
      if (value !== null && value !== undefined && value !== '') this.#counts[name] += 1;
    }
    for (const name of NUMBERS) this.#millionths[name] += Math.round(Number(valueIn(name) ?? 0) * 1e6);
  }

  result() {
    return {
      requests: new Set(this.#ids).size === this.#ids.length ? this.#ids.length : 'with some ids twice',
      nanodollars: this.#nanodollars,
      ids: createHash('sha256').update(this.#ids.sort().join()).digest('hex'),
      ...renamed(this.#counts, 'values of'),
      ...renamed(this.#millionths, 'millionths of'),
    };
  }
}

const NUMBERS = requests.fields
  .filter(({ type }) => type === 'integer' || type === 'real')
  .map(({ name }) => name);

function renamed(record, prefix) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix} ${name}`, value]));
}
