import type { Bucket } from './bucket.js';
import { abortUpload, uploadsBelow } from './multipart.js';

/** Whether a run on another machine still lives cannot be asked; what it left alone for so long is left over. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/**
 * Removes what runs that are gone left: parts of objects below a prefix, which are stored, and cost, until somebody takes
 * them back, and objects that only were to be tried out.
 *
 * @param tried what the keys of these begin with
 * @param nowMs by the clock of this machine
 */
export async function removeLeftovers(
  bucket: Bucket,
  { prefix, tried, nowMs }: { readonly prefix: string; readonly tried: string; readonly nowMs: number },
): Promise<void> {
  const isLeft = (sinceMs: number) => nowMs - sinceMs > ABANDONED_AFTER_MS;
  for await (const { key, id, begunMs } of uploadsBelow(bucket, prefix))
    if (isLeft(begunMs)) await abortUpload(bucket, { key, id });
  for await (const { objects } of bucket.list(tried, { isDeep: true }))
    for (const { key, modifiedMs } of objects) if (isLeft(modifiedMs)) await bucket.remove(key);
}
