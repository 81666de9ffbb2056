/**
 * The fault run: the built program as a real process against a stand-in account, killed, starved and refused in
 * every way, and then compared byte for byte with a run that nothing ever happened to.
 *
 *     npm run test:faults [-- --kills 300 --seed 1 --only "killed" --large]
 */
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
    large: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const count = Number(values.kills);
if (!Number.isInteger(seed) || !Number.isInteger(count) || count < 1) {
  throw new Error('--kills is a whole number from 1, --seed a whole number');
}
const say = (line) => process.stdout.write(`${line}\n`);

say(`seed ${seed}`);
const results = { passed: 0, failed: 0, skipped: 0 };
for (const { name, run } of cases({
  kills: count,
  seed,
  large: values.large,
  tell: (line) => process.stderr.write(`${line}\n`),
})) {
  if (!name.includes(values.only)) continue;
  const startedAt = performance.now();
  const { outcome, text } = await played(run);
  results[outcome] += 1;
  say(`${outcome}  ${name} (${Math.round((performance.now() - startedAt) / 1_000)} s): ${text}`);
}
say(`${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped; seed ${seed}`);
process.exitCode = results.failed === 0 ? 0 : 1;

async function played(run) {
  try {
    const { skipped, tries, detail = '' } = await run();
    if (skipped !== undefined) return { outcome: 'skipped', text: skipped };
    return { outcome: 'passed', text: `${tries} tries${detail === '' ? '' : `; ${detail}`}` };
  } catch (error) {
    return { outcome: 'failed', text: error.stack ?? String(error) };
  }
}
