import { mkdir, writeFile } from 'node:fs/promises';
import { busyDay, slowAccount, startUp } from './cases.mjs';
import { figuresOf } from './figures.mjs';
import { judge } from './judgement.mjs';
import { reportText, surroundings } from './report.mjs';

const SIZES = {
  full: {
    busy: { requests: 200_000, rounds: 5, roundsOfLarge: 3 },
    slow: { requests: 100_000, rounds: 3, latencyMs: 200 },
    start: { rounds: 21 },
  },
  /** Shows that it all works; its numbers say little. */
  quick: {
    busy: { requests: 20_000, rounds: 1, roundsOfLarge: 1 },
    slow: { requests: 10_000, rounds: 1, latencyMs: 200 },
    start: { rounds: 3 },
  },
};

const quick = process.argv.includes('--quick');
const sizes = quick ? SIZES.quick : SIZES.full;
const tell = (text) => process.stderr.write(`${text}\n`);

const cases = {
  busy: await busyDay({ ...sizes.busy, tell }),
  slow: await slowAccount({ ...sizes.slow, tell }),
  start: await startUp({ ...sizes.start, tell }),
};
const result = { surroundings: surroundings(), judgement: judge(cases), figures: figuresOf(cases) };
process.stdout.write(reportText(result));

if (!quick) {
  const folder = new URL('results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('latest.json', folder), `${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.judgement.every(({ holds }) => holds) ? 0 : 1;
}
