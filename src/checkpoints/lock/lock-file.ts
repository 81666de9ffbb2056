import { constants } from 'node:fs';
import { link, open, rename, rm, writeFile } from 'node:fs/promises';
import { ExportError } from '../../errors/export-error.js';
import { whyNotRead } from '../../files/file-error.js';
import { whenLetGo } from '../../files/held-open.js';
import { readRegularFile } from '../../files/regular-file.js';
import { temporaryPath } from '../../files/temporary-name.js';
import type { Clock } from '../../time/clock.js';
import type { LockPlace } from './acquire-lock.js';
import { isSame, isUnchanged, type LockContent, lockContent } from './lock-content.js';
import { lockError } from './lock-error.js';
import { alone, type GuardOptions } from './lock-guard.js';
import type { LockHolder } from './lock-holder.js';

/** The lock of a state in a file: `<state>.lock`, made once and read only whole. */
export function lockFile(path: string, options: GuardOptions): LockPlace {
  const file = `${path}.lock`;
  const { clock } = options;
  return {
    state: path,
    lock: file,
    create: (own) => createLock(file, own, options),
    read: () => readLock(file),
    takeOver: async (dead) => {
      await removeDeadLock(file, dead, options);
      return false;
    },
    renew: (own) => renewLock(file, own, clock),
    isOurs: async (own) => isSame(await readLock(file), own),
    remove: async (own) => {
      if (isSame(await readLock(file), own)) await removeLock(file, clock);
    },
  };
}

/** A link is no lock of ours; and one to nothing would be there for whoever makes a lock, and gone for whoever reads it. */
const AS_IT_IS = constants.O_RDONLY | constants.O_NOFOLLOW;

export async function readLock(file: string): Promise<LockContent> {
  try {
    return lockContent((await readRegularFile(file, AS_IT_IS)).toString());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw new ExportError('STATE_REFUSED', `The lock ${file} cannot be read: ${whyNotRead(error)[0]}.`, {
      kind: 'config',
      hint: 'Check its rights; if it is no file, move it away.',
      cause: error,
    });
  }
}

/**
 * True where there was none and it is now ours: a link never replaces, and shows the file only whole. Not every file
 * system has links.
 */
export async function createLock(file: string, own: LockHolder, options: GuardOptions): Promise<boolean> {
  try {
    return await withDraft(file, own, async (draft) => {
      try {
        await link(draft, file);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        return createWithoutLink(file, own, options);
      }
    });
  } catch (error) {
    throw lockError(file, error);
  }
}

/**
 * The same without a link: it never replaces either, but is there before it is whole. Whoever finds it so takes it for a
 * dead one, and must be alone to remove that: so it is made alone, and who comes then finds it whole.
 */
async function createWithoutLink(file: string, own: LockHolder, options: GuardOptions): Promise<boolean> {
  if ((await readLock(file)) !== 'gone') return false;
  return alone(file, options, async () => {
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw error;
    });
    if (handle === undefined) return false;
    try {
      await handle.writeFile(JSON.stringify(own));
    } finally {
      await handle.close();
    }
    // Who stood still for so long that others took it for dead has made one that was removed since.
    return isSame(await readLock(file), own);
  });
}

/** Shows that its run is alive; whole, and never over the lock of somebody else. False where it is not ours any more. */
async function renewLock(file: string, own: LockHolder, clock: Clock): Promise<boolean> {
  if (!isSame(await readLock(file), own)) return false;
  await withDraft(file, own, (draft) => whenLetGo(file, clock, () => rename(draft, file)));
  return true;
}

/** Writes a lock beside its file, for `publish` to give it the name at once. */
async function withDraft<Result>(
  file: string,
  own: LockHolder,
  publish: (draft: string) => Promise<Result>,
): Promise<Result> {
  const draft = temporaryPath(file);
  try {
    await writeFile(draft, JSON.stringify(own));
    return await publish(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Removes a lock that is as it was when its run was taken for dead: whoever looks at it and removes it must be alone
 * in doing so, or it would remove the lock of the one that was faster.
 */
export async function removeDeadLock(
  file: string,
  dead: LockHolder | 'unreadable',
  options: GuardOptions,
): Promise<void> {
  await alone(file, options, async () => {
    if (isUnchanged(await readLock(file), dead)) await removeLock(file, options.clock);
  });
}

/** Harmless where it is gone. */
export function removeLock(file: string, clock: Clock): Promise<void> {
  return whenLetGo(file, clock, () => rm(file, { force: true }));
}
