import { ExportError } from '../../errors/export-error.js';
import { type Bucket, statusOf, type WriteOptions } from '../../objects/bucket.js';
import type { OwnedObject } from '../../objects/owned-object.js';

/** A tag that nothing has. */
const NO_TAG = { etag: '"00000000000000000000000000000000"' };

/** What must not be written over an object that is there. */
const UNMET: readonly (readonly [header: string, only: WriteOptions['only']])[] = [
  ['If-None-Match', 'new'],
  ['If-Match', NO_TAG],
];

/**
 * Writes an object for the first time, and tries on it whether the store heeds the conditions of a write, by which one
 * run keeps out another one: many that speak the language of S3 do as if there were none.
 *
 * @returns false where somebody else has the object
 * @throws ExportError `STATE_REFUSED` where they are not heeded; the object is gone then
 */
export async function writeHeeded(
  bucket: Bucket,
  object: OwnedObject,
  body: Buffer,
  write: () => Promise<boolean>,
): Promise<boolean> {
  try {
    if (!(await write())) return false;
    for (const [header, only] of UNMET)
      if (await isWritten(bucket, object.key, body, only)) throw ignores(bucket, header);
    // What is so is let through.
    return await write();
  } catch (error) {
    const refusal = isUnknown(error) ? ignores(bucket, 'If-None-Match and If-Match', error) : error;
    if (refusal instanceof ExportError && refusal.code === 'STATE_REFUSED')
      await object.remove().catch(() => {}); // the refusal counts
    throw refusal;
  }
}

function isWritten(bucket: Bucket, key: string, body: Buffer, only: WriteOptions['only']): Promise<boolean> {
  return bucket.write(key, body, { only }).then(
    () => true,
    (error) => {
      if (statusOf(error) === 412) return false;
      throw error;
    },
  );
}

/** What stores answer that refuse such a header altogether. */
function isUnknown(error: unknown): boolean {
  return statusOf(error) === 501 || (statusOf(error) === 400 && /InvalidArgument/.test(String(error)));
}

function ignores({ host }: Bucket, header: string, cause?: unknown): ExportError {
  return new ExportError(
    'STATE_REFUSED',
    `The object store at ${host} does not heed ${header} when an object is written, so that two runs could not be kept apart.`,
    {
      kind: 'config',
      hint:
        'Keep the state elsewhere: in a file, or `state: { type: postgres, url: … }`. Sinks can be in this store; ' +
        'AWS’s own S3 can have the state as well. Nothing was changed.',
      cause,
    },
  );
}
