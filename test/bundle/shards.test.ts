import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addDays } from '../../src/time/day.js';
import { ARCHIVE, jobText, TABLEAU } from '../cli/world.js';
import { hasPostgres, postgresServer } from '../connectors/postgres/postgres-server.js';
import { DAYS, type World, world } from './account.js';
import type { Program } from './program.js';

const PROJECTS = ['p-1', 'p-2'].map((id) => ({ id, name: `Project ${id}` }));
const WEEK = `--since ${addDays(DAYS[1], -3)} --until ${DAYS[1]}`;
const SINKS = [ARCHIVE, TABLEAU];

describe.each([{ state: 'a file each' }, ...(hasPostgres ? [{ state: 'PostgreSQL' }] : [])])(
  'shards with a state in $state',
  ({ state }) => {
    it('that are killed and run again leave in the end what one sync leaves', async () => {
      const cut = await world(SINKS, { projects: PROJECTS, requestsPerDay: 20 });
      const { program, deepgram } = cut;
      const setting = state === 'PostgreSQL' ? await newState() : '';
      await program.write('job.yaml', `${jobText(deepgram.url, SINKS)}${setting}`);
      await program.write('more/job.yaml', jobText(deepgram.url, SINKS));
      const shard = (part: string) => program.run(`sync -c job.yaml ${WEEK} --wait --shard ${part}`);

      const killed = [];
      for (const [part, calls] of [
        ['2/2', 12],
        ['1/2', 9],
        ['2/2', 4],
      ] as const)
        killed.push(await killedAfter(calls, cut, () => shard(part)));
      const whole = [await shard('1/2'), await shard('2/2')];

      await program.run(`sync -c more/job.yaml ${WEEK}`);
      expect(killed.map(({ code }) => code)).toEqual([null, null, null]);
      expect(whole.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
      expect(await filesOf(program)).toEqual(await filesOf(program, 'more/'));
    });
  },
);

/** Kills a run when it has asked the account so often. */
async function killedAfter<Ended>(
  calls: number,
  { program, deepgram }: World,
  run: () => Promise<Ended>,
): Promise<Ended> {
  const before = deepgram.calls.length;
  let hasEnded = false;
  const running = run().finally(() => {
    hasEnded = true;
  });
  while (!hasEnded && deepgram.calls.length - before < calls) await delay(1);
  program.kill('SIGKILL');
  return running;
}

async function newState(): Promise<string> {
  const database = await (await postgresServer()).database();
  onTestFinished(() => database.drop());
  return `state: { type: postgres, url: "${database.url}" }\n`;
}

/** What was written; how many records a file has is counted anew where that is not noted. */
async function filesOf(program: Program, below = ''): Promise<Readonly<Record<string, string>>> {
  const files = await program.files(`${below}out`);
  return Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('/.counts/')));
}
