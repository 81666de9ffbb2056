import type { StateRow } from '../../catalogue/state-row.js';
import { pathSegment } from '../../files/path-segment.js';
import type { Bucket } from '../../objects/bucket.js';
import { moveObject } from '../../objects/move-object.js';
import { type OwnedObject, ownedObject } from '../../objects/owned-object.js';
import { stampOf } from '../file/aside.js';
import type { AppendJournal, JournalKey } from '../journal/append-journal.js';
import { type PartitionStorage, partitionsAt } from '../journal/append-partition.js';
import { recordId } from '../journal/record-key.js';
import { batchesIn, idsText, isDamaged } from '../rows/rows-journal.js';

export interface ObjectJournalOptions {
  readonly bucket: Bucket;
  /** What all of its keys begin with, without a slash at its end. */
  readonly root: string;
  /** Of the run. */
  readonly mark: string;
  /** Throws where another run may write. */
  readonly confirm: () => Promise<void>;
  readonly takenAway: () => Error;
}

/** A batch of a partition that was read: its number, and what is to be known to change it. */
interface KeptPart {
  readonly part: number;
  readonly object: OwnedObject;
  readonly value: string;
}

/** Parts that are read at once. */
const AT_ONCE = 8;

/**
 * Among objects: of a partition, an object for each batch, `<sink>/<stream>/<project>/<day>/<number>`. Before a batch
 * leaves, its keys are written to an object that must not be there yet; when it is acknowledged, 8 bytes a record take
 * their place. So whoever was taken for dead finds that out before it sends anything more.
 */
export function objectJournal(options: ObjectJournalOptions): AppendJournal {
  const { bucket, root, confirm } = options;
  const openAt = partitionsAt((prefix) => partitionAt(prefix, options));
  const prefixOf = ({ sink, stream, projectId, day }: JournalKey) =>
    `${root}/${[sink, stream, projectId, day ?? 'snapshot'].map(pathSegment).join('/')}/`;
  const removeBelow = async (prefix: string): Promise<void> => {
    await confirm();
    // The last first: what is left where this ends early has no gap.
    for (const key of (await keysBelow(bucket, prefix)).toReversed()) await bucket.remove(key);
  };
  return {
    open: (key, ask) => openAt(prefixOf(key), ask),
    forget: (key) => removeBelow(prefixOf(key)),
    forgetSink: (sink) => removeBelow(`${root}/${pathSegment(sink)}/`),
    setDamagedAside: async (nowMs) => {
      const aside: string[] = [];
      for (const [prefix, keys] of byPartition(await keysBelow(bucket, `${root}/`))) {
        const parts = await readParts(keys, options);
        if (!isDamaged(rowsOf(parts), bucket.url(prefix))) continue;
        const place = `${root}.${stampOf(nowMs)}/${prefix.slice(root.length + 1)}`;
        await confirm();
        for (const key of keys) await moveObject(bucket, key, place + key.slice(prefix.length));
        aside.push(bucket.url(place));
      }
      return aside;
    },
  };
}

async function partitionAt(prefix: string, options: ObjectJournalOptions): Promise<PartitionStorage> {
  const { bucket, mark, confirm, takenAway } = options;
  const parts = await readParts(await keysBelow(bucket, prefix), options);
  const { delivered, undelivered, inDoubt } = batchesIn(rowsOf(parts), bucket.url(prefix));
  const objects = parts.map(({ object }) => object);
  const write = async (object: OwnedObject, content: object): Promise<void> => {
    await confirm();
    if (!(await object.write(Buffer.from(JSON.stringify(content))))) throw takenAway();
  };
  const last = (): OwnedObject => {
    const object = objects.at(-1);
    if (object === undefined) throw new Error('done with what was never intended');
    return object;
  };
  return {
    delivered,
    undelivered,
    inDoubt,
    settle: (there) => write(last(), { delivered: textOf(there) }),
    intend: async (keys) => {
      const object = ownedObject(bucket, `${prefix}${numberText(objects.length)}`, mark, 'nothing');
      await write(object, { intent: keys });
      objects.push(object);
    },
    done: (keys, without) => {
      const left = keys.filter((key) => without.has(key));
      return write(last(), {
        delivered: textOf(keys.filter((key) => !without.has(key))),
        ...(left.length > 0 && { undelivered: textOf(left) }),
      });
    },
    /** Into the first; those that outlive this, in a crash, only say again what it says. */
    fold: async () => {
      const [first, ...others] = objects;
      if (first === undefined || others.length === 0) return;
      await write(first, {
        delivered: idsText([...delivered.sorted()]),
        ...(undelivered.size > 0 && { undelivered: idsText([...undelivered.sorted()]) }),
      });
      for (const object of others.toReversed()) await object.remove();
      objects.length = 1;
    },
    close: async () => {},
  };
}

async function keysBelow(bucket: Bucket, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { objects } of bucket.list(prefix, { isDeep: true }))
    for (const { key } of objects) keys.push(key);
  return keys.sort();
}

/** Keys of partitions, by what those of one begin with. */
function byPartition(keys: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const partitions = new Map<string, string[]>();
  for (const key of keys) {
    const prefix = key.slice(0, key.lastIndexOf('/') + 1);
    partitions.set(prefix, [...(partitions.get(prefix) ?? []), key]);
  }
  return partitions;
}

/** @param keys of one partition, in order */
async function readParts(
  keys: readonly string[],
  { bucket, mark }: ObjectJournalOptions,
): Promise<readonly KeptPart[]> {
  const parts: KeptPart[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const some = keys.slice(at, at + AT_ONCE).map(async (key): Promise<KeptPart> => {
      const object = ownedObject(bucket, key, mark);
      const value = ((await object.read()) ?? Buffer.alloc(0)).toString();
      return { part: Number(key.slice(key.lastIndexOf('/') + 1)), object, value };
    });
    parts.push(...(await Promise.all(some)));
  }
  return parts;
}

function rowsOf(parts: readonly KeptPart[]): readonly StateRow[] {
  return parts.map(({ part, value, object }) => ({ kind: '', name: object.key, part, value }));
}

/** In an order that is that of their texts, too. */
function numberText(number: number): string {
  return String(number).padStart(8, '0');
}

function textOf(keys: readonly string[]): string {
  return idsText(keys.map(recordId));
}
