import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files in memory, as Linux has them. */
const MEMORY = '/dev/shm';
/** Far more than the tests leave there at one time; containers have 64 MB by default. */
const ENOUGH_BYTES = 4 * 1024 ** 3;

/** What tests write goes to one temporary folder, which `os.tmpdir()` tells them, and is removed when all have run. */
export default async function setup() {
  const folder = await mkdtemp(join(root(), 'deepgram-export-tests-'));
  process.env.TMPDIR = folder;
  return () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** In memory where that serves, unless a place is named: what is durable waits for the disk at each step. */
function root() {
  return process.env.TMPDIR === undefined && isRoomy(MEMORY) && runsPrograms(MEMORY) ? MEMORY : tmpdir();
}

function isRoomy(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}

/** Tests write programs too, which containers may not let run there. */
function runsPrograms(folder) {
  try {
    const trial = mkdtempSync(join(folder, 'trial-'));
    writeFileSync(join(trial, 'program'), '#!/bin/sh\n', { mode: 0o700 });
    const { status } = spawnSync(join(trial, 'program'));
    rmSync(trial, { recursive: true });
    return status === 0;
  } catch {
    return false;
  }
}
