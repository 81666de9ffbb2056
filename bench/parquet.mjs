import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { day, startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { sync } from './programs.mjs';
import { project } from './request-log.mjs';
import { runProgram } from './run-program.mjs';
import { spreadBy, spreadOfPairs } from './statistics.mjs';
import { atMost } from './targets.mjs';

const SIZES = {
  full: { requests: 1_000_000, rounds: 3 },
  quick: { requests: 5_000, rounds: 1 },
};
const FILE = `parquet/requests/project_id=${project.id}/date=${day}/part.parquet`;

const lines = sync(['ndjson']);
const columns = { ...sync(['parquet']), outputs: {} };

/** A large day into Parquet, against the same into NDJSON. */
export async function parquet({ quick, tell }) {
  const { requests, rounds } = quick ? SIZES.quick : SIZES.full;
  const account = await startAccount(requests);
  const runs = new Map([lines, columns].map((program) => [program, []]));
  // In rounds, so that what else the machine does meets both alike.
  for (let round = 0; round < rounds; round += 1) {
    for (const [program, some] of runs) {
      tell(`${requests} requests, round ${round + 1} of ${rounds}: ${program.name}`);
      const look = program === columns && round === 0 ? (folder) => compare(folder, account) : undefined;
      some.push(await runProgram(program, account, { look }));
    }
  }
  await account.close();
  const ratioOf = (what) =>
    spreadOfPairs(runs.get(columns), runs.get(lines), (run, other) => run[what] / other[what]);
  return {
    versions: [],
    targets: [
      atMost(3.5, '×', `${requests} requests, of the time of NDJSON`, ratioOf('seconds')),
      atMost(3.5, '×', `${requests} requests, of the processor time of NDJSON`, ratioOf('cpuSeconds')),
      atMost(350, 'MB', `memory of ${requests} requests`, spreadBy(runs.get(columns), column.peakMegabytes)),
    ],
    tables: [
      column.table(`A day of ${column.whole(requests)} requests`, COLUMNS, [
        ...[...runs].map(([{ name }, some]) => ({ name, requests, runs: some })),
      ]),
    ],
  };
}

const COLUMNS = [column.named('sink'), column.wall, column.cpu, column.memory, column.requestsASecond];

/** Nobody wins by doing less. */
async function compare(folder, account) {
  const file = await asyncBufferFromFile(join(folder, FILE));
  const rows = await parquetReadObjects({
    file,
    columns: ['request_id', 'cost_usd'],
    compressors: { GZIP: (page) => gunzipSync(page) },
  });
  const requests = new Set(rows.map(({ request_id: id }) => id)).size;
  const nanodollars = rows.reduce((sum, { cost_usd: cost }) => sum + Math.round((cost ?? 0) * 1e9), 0);
  if (requests !== account.requests || nanodollars !== account.nanodollars)
    throw new Error(
      `Parquet has ${requests} requests for ${nanodollars}, the account ${account.requests} for ${account.nanodollars}`,
    );
}
