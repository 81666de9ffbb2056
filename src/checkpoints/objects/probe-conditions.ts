import { randomUUID } from 'node:crypto';
import { ExportError } from '../../errors/export-error.js';
import { type Bucket, statusOf, type WriteOptions } from '../../objects/bucket.js';
import { ownedObject } from '../../objects/owned-object.js';

/** What stores answer that refuse such a header altogether. */
const UNKNOWN: readonly (number | undefined)[] = [400, 405, 501];

/**
 * Tries whether a store heeds the conditions of a write, by which one run keeps out another one: many that speak the
 * language of S3 do as if there were none. Leaves nothing behind.
 *
 * @param key of which nothing begins with
 * @throws ExportError `STATE_REFUSED` where it does not
 */
export async function refuseUnconditional(bucket: Bucket, key: string): Promise<void> {
  const tried = `${key}.${randomUUID()}`;
  const probe = ownedObject(bucket, tried, randomUUID(), 'nothing');
  try {
    if (!(await heeding(bucket, () => probe.write(Buffer.from('1'))))) throw ignores(bucket, 'If-None-Match');
    const otherTag = { etag: '"00000000000000000000000000000000"' };
    for (const [header, only] of [
      ['If-None-Match', 'new'],
      ['If-Match', otherTag],
    ] satisfies [string, WriteOptions['only']][]) {
      const isWritten = await heeding(bucket, () =>
        bucket.write(tried, Buffer.from('2'), { only }).then(
          () => true,
          (error) => {
            if (statusOf(error) === 412) return false;
            throw error;
          },
        ),
      );
      if (isWritten) throw ignores(bucket, header);
    }
    // What is so is let through.
    if (!(await heeding(bucket, () => probe.write(Buffer.from('3'))))) throw ignores(bucket, 'If-Match');
  } finally {
    await probe.remove().catch(() => {}); // the failure before it counts
  }
}

async function heeding<Result>(bucket: Bucket, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (
      error instanceof ExportError &&
      UNKNOWN.includes(statusOf(error)) &&
      /NotImplemented|MethodNotAllowed|InvalidArgument/.test(error.message)
    )
      throw ignores(bucket, 'If-None-Match and If-Match', error);
    throw error;
  }
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
