import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What tests write goes to one temporary folder, which `os.tmpdir()` tells them, and is removed when all have run. */
export default async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-tests-'));
  process.env.TMPDIR = folder;
  return () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
