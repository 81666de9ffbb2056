import type { Bucket } from '../../objects/bucket.js';
import { type OwnedObject, ownedObject } from '../../objects/owned-object.js';
import type { Clock } from '../../time/clock.js';
import type { LockPlace } from '../lock/acquire-lock.js';
import { isSame, isUnchanged, lockContent } from '../lock/lock-content.js';
import type { LockHolder } from '../lock/lock-holder.js';
import { writeHeeded } from './probe-conditions.js';

/** A lock that was renewed a moment ago is ours: nobody takes one over before it has been silent for longer. */
const SURE_FOR_MS = 20_000;

/**
 * The lock of a state among objects. It is created where there is none, renewed from what it is known to be, and taken
 * over from what it was when its run was found dead: in each of these one alone succeeds, which is tried on it.
 *
 * @param mark of the run that wants it
 */
export function objectLock(
  bucket: Bucket,
  stateKey: string,
  mark: string,
  { clock }: { readonly clock: Clock },
): LockPlace {
  const key = `${stateKey}.lock`;
  let own: OwnedObject = ownedObject(bucket, key, mark);
  let renewedAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<unknown> = Promise.resolve();

  const write = (to: OwnedObject, holder: LockHolder): Promise<boolean> => {
    // One after the other, each from what the one before has made of it.
    const written = writing.then(async () => {
      const startedAt = clock.now();
      const isWritten = await to.write(bodyOf(holder));
      if (isWritten) renewedAt = startedAt;
      return isWritten;
    });
    writing = written.catch(() => {});
    return written;
  };
  const begin = (holder: LockHolder): Promise<boolean> =>
    writeHeeded(bucket, own, bodyOf(holder), () => write(own, holder));
  const read = async (object: OwnedObject) => lockContent((await object.read())?.toString());
  const isOurs = async (holder: LockHolder): Promise<boolean> =>
    Math.abs(clock.now() - renewedAt) <= SURE_FOR_MS || write(own, { ...holder, beat_at: clock.now() });

  return {
    state: bucket.url(stateKey),
    lock: bucket.url(key),
    create: (holder) => {
      own = ownedObject(bucket, key, mark, 'nothing');
      return begin(holder);
    },
    read: () => read(ownedObject(bucket, key, mark)),
    takeOver: async (dead, holder) => {
      const found = ownedObject(bucket, key, mark);
      if (!isUnchanged(await read(found), dead)) return false;
      own = found;
      return begin(holder);
    },
    renew: (holder) => write(own, holder),
    isOurs,
    remove: async (holder) => {
      await writing;
      if (isSame(await read(ownedObject(bucket, key, mark)), holder)) await own.remove();
    },
  };
}

function bodyOf(holder: LockHolder): Buffer {
  return Buffer.from(JSON.stringify(holder));
}
