import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measured } from './measured.mjs';

/**
 * Runs a program once in an empty folder, which is removed afterwards.
 *
 * @param program see programs.mjs
 * @param account undefined for a program that needs none
 * @param {{ begin?: object, look?: (folder: string) => Promise<void> }} options how the account behaves, and who
 *   wants to see what was written
 * @returns what it took, and what the account has seen of it
 * @throws where it failed, or left something out
 */
export async function runProgram(program, account, { begin, look } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-bench-'));
  try {
    return await runIn(folder, program, account, { begin, look });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same in a folder that is kept: run again, a program finds there what it left. */
export async function runIn(folder, program, account, { begin, look } = {}) {
  const command = await program.prepare(folder, account);
  await account?.begin(begin);
  const run = await measured(command, folder);
  const seen = await account?.seen();
  const facts = await program.verify?.(folder, account);
  await look?.(folder);
  return { ...run, seen, ...facts };
}
