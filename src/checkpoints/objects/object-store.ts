import { randomUUID } from 'node:crypto';
import type { StateLock } from '../../catalogue/state-lock.js';
import { objectPlaceOf } from '../../files/location.js';
import { type Bucket, openBucket } from '../../objects/bucket.js';
import { moveObject } from '../../objects/move-object.js';
import type { ObjectContext } from '../../objects/object-context.js';
import { folderIn } from '../../objects/object-folder.js';
import { ownedObject } from '../../objects/owned-object.js';
import type { Day } from '../../time/day.js';
import { unlessAborted } from '../../time/limits.js';
import type { CheckpointStore } from '../checkpoint-store.js';
import { stampOf } from '../file/aside.js';
import { memoryInFile } from '../file/memory-file.js';
import { documentIn, parsedDocument } from '../file/read-document.js';
import { readingsFolder } from '../file/readings-folder.js';
import { stateText } from '../file/state-document.js';
import { acquireLock, takenAway } from '../lock/acquire-lock.js';
import { usableState } from '../usable-state.js';
import { objectJournal } from './object-journal.js';
import { objectLock } from './object-lock.js';
import { writeHeeded } from './probe-conditions.js';

export interface ObjectStoreOptions extends ObjectContext {
  /** Before which the source has nothing: a state with an earlier day is refused. Default: any. */
  readonly firstDay?: Day;
  /** To which the streams of a state of the first version belong. */
  readonly source: string;
}

/**
 * Checkpoints in an object, with what belongs to it beside it as with a file. The document is only ever replaced from what
 * it was read as: who was taken for dead, and does not know it, cannot write over what another run has written.
 *
 * @param url `s3://bucket/prefix/state.json`
 */
export function objectStore(url: string, options: ObjectStoreOptions): CheckpointStore {
  const { source, firstDay = '', clock } = options;
  const { prefix: key } = objectPlaceOf(url);
  const bucket = openBucket(url, options);
  /** Tells what this run has written from what others have. */
  const mark = randomUUID();
  let document = ownedObject(bucket, key, mark);
  const place = bucket.url(key);
  const lockedBy = { lock: `${place}.lock` };
  let held: StateLock | undefined;
  const confirm = async (): Promise<void> => {
    if (held === undefined) throw new Error('a state is changed only by who has its lock');
    await held.assertHeld();
  };
  const readings = readingsFolder(folderIn(bucket, `${key}.readings`, options));
  const memory = memoryInFile(`${baseOf(key)}.memory`, folderIn(bucket, folderOf(key), options));
  const usable = <Result>(work: () => Promise<Result>) =>
    usableState('Check the address in `state: { path: … }`, and the keys to the object store.', work);

  return {
    place,
    check: (signal) => usable(() => unlessAborted(tryOut(bucket, `${key}.check-${mark}`), signal)),
    lock: (lockOptions) =>
      usable(async () => {
        const lock = objectLock(bucket, key, mark, { clock });
        held = await unlessAborted(acquireLock(lock, lockOptions), lockOptions.signal);
        // What was read before may have changed since.
        document = ownedObject(bucket, key, mark);
        return held;
      }),
    load: () =>
      usable(async () => {
        const bytes = await document.read();
        if (bytes === undefined) return undefined;
        return documentIn(parsedDocument(bytes.toString()), place, { source, firstDay });
      }),
    save: async (saved) => {
      const text = stateText(saved);
      await confirm();
      if (!(await document.write(Buffer.from(text)))) throw takenAway(lockedBy, 'config');
    },
    journal: objectJournal({
      bucket,
      root: `${key}.delivered`,
      mark,
      confirm,
      takenAway: () => takenAway(lockedBy, 'config'),
    }),
    readings: {
      load: readings.load,
      save: async (...saved) => {
        await confirm();
        await readings.save(...saved);
      },
      dropBefore: async (day) => {
        await confirm();
        await readings.dropBefore(day);
      },
    },
    memory: {
      load: memory.load,
      save: async (remembered) => {
        await confirm();
        await memory.save(remembered);
      },
    },
    setAside: async (nowMs) => {
      await confirm();
      const aside = `${key}.${stampOf(nowMs)}`;
      // First: where a kill comes between, what lags behind a state does no harm.
      await moveBelow(bucket, `${key}.readings/`, `${aside}.readings/`);
      await moveObject(bucket, `${key}.memory`, `${aside}.memory`);
      return (await moveObject(bucket, key, aside)) ? bucket.url(aside) : undefined;
    },
    dispose: () => bucket.close(),
  };
}

/** Does on an object of its own what a run does to the lock, and removes it. */
async function tryOut(bucket: Bucket, key: string): Promise<void> {
  const object = ownedObject(bucket, key, randomUUID(), 'nothing');
  const body = Buffer.from('deepgram-export\n');
  await writeHeeded(bucket, object, body, () => object.write(body));
  await object.remove();
}

async function moveBelow(bucket: Bucket, from: string, to: string): Promise<void> {
  for await (const { objects } of bucket.list(from, { isDeep: true }))
    for (const { key } of objects) await moveObject(bucket, key, to + key.slice(from.length));
}

/** What comes before the last slash of a key, and what after it. */
function folderOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

function baseOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
