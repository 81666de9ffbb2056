import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeJob } from './job.mjs';
import { CONCURRENCY } from './programs.mjs';

/** Others that do the same work: each a small script in rivals/, as good as we could make it with that tool. */
const RIVALS = [
  { name: 'Python', command: ['python3', script('standard-library.py')], needs: [program('python3')] },
  { name: 'jq', command: ['bash', script('curl-jq.sh')], needs: [program('jq'), program('curl')] },
  {
    name: 'Miller',
    command: ['bash', script('miller.sh')],
    needs: [program('mlr', 'miller'), program('jq'), program('curl')],
  },
  {
    name: 'DuckDB',
    command: [process.execPath, script('duckdb.mjs')],
    needs: [installed('@duckdb/node-api'), program('curl')],
  },
  {
    name: 'SDK',
    command: [process.execPath, script('official-sdk.mjs')],
    needs: [installed('@deepgram/sdk'), installed('csv-stringify')],
  },
];

/** Those that can run here; what the others lack is told. */
export function rivalsHere(tell) {
  return RIVALS.flatMap(({ name, command, needs }) => {
    const found = needs.map((need) => need());
    const lacking = found.find(({ version }) => version === undefined);
    if (lacking) {
      tell(`${name} is left out: there is no ${lacking.what}; ${lacking.remedy}`);
      return [];
    }
    return [{ ...rival(name, command), versions: found.map(({ what, version }) => `${what} ${version}`) }];
  });
}

function rival(name, command) {
  return {
    name,
    async prepare(folder, account) {
      await writeJob(folder, account, CONCURRENCY);
      return command;
    },
    outputs: { ndjson: 'requests.ndjson', csv: 'requests.csv' },
  };
}

function script(file) {
  return fileURLToPath(new URL(`rivals/${file}`, import.meta.url));
}

function program(name, packaged = name) {
  return () => ({ what: name, version: versionOf(name), remedy: `apt-get install ${packaged}` });
}

function versionOf(name) {
  try {
    return /\d+(\.\d+)+/.exec(execFileSync(name, ['--version'], { encoding: 'utf8', stdio: 'pipe' }))?.[0];
  } catch {
    return undefined;
  }
}

function installed(name) {
  return () => ({ what: name, version: packageVersion(name), remedy: 'npm ci --prefix bench/rivals' });
}

function packageVersion(name) {
  const file = new URL(`rivals/node_modules/${name}/package.json`, import.meta.url);
  try {
    return JSON.parse(readFileSync(file, 'utf8')).version;
  } catch {
    return undefined;
  }
}
