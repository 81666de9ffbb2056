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

/** The outputs, and what the state says of them, are those of an undisturbed run at this moment; nothing else is left. */
export async function mustEqualReference(world, account, settings) {
  const difference = await withReference(
    account,
    settings,
    async (reference) =>
      (await firstDifference(reference.out, world.out)) ?? (await stateDifference(reference, world)),
  );
  must(difference === undefined, `differs from an undisturbed run: ${difference}`);
  const left = await leftovers(world.folder);
  must(left.length === 0, `left over: ${left.join(', ')}`);
  const holder = await world.state?.holder();
  must(holder === undefined, `process ${holder} still says that it has the lock`);
}

/** The first stream, project and sink of which not the same days are closed, open or lost. */
async function stateDifference(reference, world) {
  const [wanted, found] = [await daysInState(reference), await daysInState(world)];
  const at = Object.keys(wanted).find((stream) => wanted[stream] !== found[stream]);
  return at && `the state of ${at}\n  wanted: ${wanted[at]}\n  found:  ${found[at]}`;
}

async function daysInState({ state, stateFolder }) {
  const days = {};
  for (const [stream, sinks] of (await state?.days()) ?? (await daysInFile(stateFolder)))
    for (const [sink, { closed, open, lost }] of Object.entries(sinks))
      days[`${stream}/${sink}`] = JSON.stringify({ closed, open: Object.keys(open), lost });
  return days;
}

async function daysInFile(stateFolder) {
  const { sources } = JSON.parse(await readFile(join(stateFolder, 'state.json'), 'utf8'));
  return Object.entries(sources.deepgram).flatMap(([stream, projects]) =>
    Object.entries(projects).map(([project, sinks]) => [`${stream}/${project}`, sinks]),
  );
}
