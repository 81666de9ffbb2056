import { type Bucket, type FoundObject, statusOf } from './bucket.js';

export type OwnedObject = ReturnType<typeof ownedObject>;

/** After so many lost answers of one writing it is given up. */
const MOST_TRIES = 5;

/**
 * An object that one writer at a time changes, each time from what he knows it to be: whoever else has changed it
 * meanwhile is found out, and nothing is written then.
 *
 * @param mark of the writer, another one for each
 * @param known `nothing` where none is to be there. Default: it is looked for, at the latest before it is written
 */
export function ownedObject(bucket: Bucket, key: string, mark: string, known?: 'nothing') {
  let isKnown = known !== undefined;
  /** Of what is there, as far as is known; undefined where nothing is. */
  let etag: string | undefined;
  const look = async (): Promise<FoundObject | undefined> => {
    for await (const found of (await bucket.read(key)) ?? []) return found;
    return undefined;
  };
  return {
    key,
    /** What is in it; undefined where there is none. From now on it is known. */
    read: async (): Promise<Buffer | undefined> => {
      etag = undefined;
      isKnown = true;
      const pieces = await bucket.read(key);
      if (pieces === undefined) return undefined;
      const bytes: Buffer[] = [];
      for await (const piece of pieces) {
        etag = piece.etag;
        bytes.push(piece.bytes);
      }
      return Buffer.concat(bytes);
    },
    /** Puts this in place of what is known, or where nothing is known to be. False where that is not so any more. */
    write: async (body: Buffer): Promise<boolean> => {
      if (!isKnown) etag = (await look())?.etag;
      isKnown = true;
      for (let tries = 1; ; tries += 1) {
        try {
          etag = await bucket.write(key, body, { only: etag === undefined ? 'new' : { etag }, mark });
          return true;
        } catch (error) {
          const status = statusOf(error);
          const isOther = status === 412 || (status === 404 && etag !== undefined);
          if (!isOther || tries === MOST_TRIES) throw error;
          // It may be what an earlier try has written, whose answer was lost. What somebody else has written never counts as
          // known, so that nothing is written over it later either.
          const found = await look();
          if (found?.mark !== mark) return false;
          etag = found.etag;
        }
      }
    },
    remove: async (): Promise<void> => {
      await bucket.remove(key);
      etag = undefined;
    },
  };
}
