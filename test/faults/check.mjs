import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstDifference, leftovers } from './outputs.mjs';
import { sync } from './program.mjs';
import { withReference } from './world.mjs';

/** Ends a case with what it found. */
export function must(holds, complaint) {
  if (!holds) throw new Error(complaint);
}

/** One run that has to end with this code. */
export async function mustEnd(code, world, account, options) {
  const run = await sync(world.folder, account, options);
  must(run.code === code, `a run ended with ${run.code} instead of ${code}:\n${run.said}`);
  return run;
}

export async function mustBeWhole(world, wholeness) {
  const fault = await wholeness.fault(world.out);
  must(fault === undefined, `not whole: ${fault}`);
  const state = await readFile(join(world.stateFolder, 'state.json'), 'utf8').catch(() => '{}');
  JSON.parse(state);
}

/** The outputs are those of an undisturbed run at this moment, and nothing else is left. */
export async function mustEqualReference(world, account, settings) {
  const difference = await withReference(account, settings, (reference) =>
    firstDifference(reference.out, world.out),
  );
  must(difference === undefined, `differs from an undisturbed run: ${difference}`);
  const left = await leftovers(world.folder);
  must(left.length === 0, `left over: ${left.join(', ')}`);
}
