import { execFile } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inWorld, settle } from './broken-sinks.mjs';
import { must, mustBeWhole, mustEnd, mustEqualReference } from './check.mjs';
import { leftovers, Wholeness } from './outputs.mjs';

const run = promisify(execFile);

/** Too little for a single run: it ends in different places. */
const SIZES_KB = [64, 256, 512, 1_024, 2_048];
/** Too little for the state of these days: it is full in different places. */
const STATE_SIZES_KB = [4, 8, 12, 16];
const DAY_MS = 86_400_000;
/** The user that is nobody, on Linux. */
const NOBODY = 65_534;

/** The disk of one sink is full, a little later each time; then it has room. */
export async function diskFull({ seed }) {
  if (!isRoot()) return { skipped: 'only root can mount a small disk' };
  return inWorld({ seed }, async ({ world, account, settings }) => {
    const disk = join(world.out, 'tableau');
    await mkdir(disk);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    } catch (error) {
      return { skipped: `no disk could be mounted: ${String(error.stderr).trim()}` };
    }
    try {
      const wholeness = new Wholeness();
      for (const size of SIZES_KB) {
        await resize(disk, size);
        const { said } = await mustEnd(4, world, account);
        must(said.includes('the disk is full'), `the reason was not said:\n${said}`);
        await mustBeWhole(world, wholeness);
        const left = await leftovers(disk);
        must(left.length === 0, `left on a full disk of ${size} KiB: ${left.join(', ')}`);
      }
      await resize(disk, 1_048_576);
      await settle(account);
      await mustEnd(0, world, account);
      await mustEqualReference(world, account, settings);
      return {
        tries: SIZES_KB.length,
        detail: `exit 4 with ${SIZES_KB.join(', ')} KiB, then everything once`,
      };
    } finally {
      await run('umount', [disk]);
    }
  });
}

/** The disk of the state is full: before anything is read, and after everything was delivered; then it has room. */
export async function stateDiskFull({ seed }) {
  if (!isRoot()) return { skipped: 'only root can mount a small disk' };
  return inWorld({ seed }, async ({ world, account, settings }) => {
    const disk = world.stateFolder;
    await mkdir(disk);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${STATE_SIZES_KB[0]}k`, 'tmpfs', disk]);
    } catch (error) {
      return { skipped: `no disk could be mounted: ${String(error.stderr).trim()}` };
    }
    try {
      const wholeness = new Wholeness();
      for (const size of STATE_SIZES_KB) {
        await resize(disk, size);
        const { said } = await mustEnd(2, world, account);
        must(/state.*the disk is full/.test(said), `the reason was not said:\n${said}`);
        await mustBeWhole(world, wholeness);
        const left = await leftovers(disk);
        must(left.length === 0, `left on a full disk of ${size} KiB: ${left.join(', ')}`);
        await account.advance(DAY_MS);
      }
      await resize(disk, 1_024);
      await settle(account);
      await mustEnd(0, world, account);
      await mustEqualReference(world, account, settings);
      return {
        tries: STATE_SIZES_KB.length,
        detail: `exit 2 with ${STATE_SIZES_KB.join(', ')} KiB, then everything once`,
      };
    } finally {
      await run('umount', [disk]);
    }
  });
}

function resize(disk, kilobytes) {
  return run('mount', ['-o', `remount,size=${kilobytes}k`, disk]);
}

/** The program's user may not write where one sink wants to; then it may. */
export async function noRights({ seed }) {
  if (!isRoot()) return { skipped: 'only root can run the program as another user' };
  return inWorld({ seed }, async ({ world, account, settings }) => {
    const forbidden = join(world.out, 'ndjson');
    await mkdir(forbidden);
    await mkdir(world.stateFolder);
    await chmod(world.folder, 0o755);
    for (const path of [world.folder, world.out, world.stateFolder]) await chown(path, NOBODY, NOBODY);
    const { said } = await mustEnd(4, world, account, { uid: NOBODY });
    must(said.includes('this user has no right to write there'), `the reason was not said:\n${said}`);
    await chown(forbidden, NOBODY, NOBODY);
    await settle(account);
    await mustEnd(0, world, account, { uid: NOBODY });
    await mustEqualReference(world, account, settings);
    return { tries: 1, detail: 'exit 4, then everything once' };
  });
}

function isRoot() {
  return process.getuid?.() === 0;
}
