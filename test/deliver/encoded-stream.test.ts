import { expect, it } from 'vitest';
import { requests } from '../../connectors/deepgram/streams/requests.js';
import { usage } from '../../connectors/deepgram/streams/usage.js';
import { manyRequests } from '../../connectors/testing/sample-records.js';
import { type EncodedTarget, encodedStreams } from '../../src/deliver/encoded-stream.js';
import { BufferPool } from '../../src/encode/buffer-pool.js';

/** Large enough for the pool. */
const BYTES = 1_234_567;

function targetOf(write: EncodedTarget<Buffer>['write']): EncodedTarget<Buffer> {
  return {
    write,
    commit: async (records) => ({ accepted: records, rejected: [], skipped: [] }),
    abort: async () => {},
  };
}

it('what was encoded is released once the target has taken it, and not where it could not', async () => {
  const encoded: Buffer[] = [];
  const pool = new BufferPool();
  const encode = () => {
    encoded.push(Buffer.allocUnsafeSlow(BYTES));
    return encoded.at(-1) as Buffer;
  };
  const encodedWriter = encodedStreams(() => ({ encode }), pool);
  const seenWhileWriting: boolean[] = [];
  const takes = targetOf(async (bytes) => {
    await Promise.resolve();
    seenWhileWriting.push(pool.acquire(BYTES).buffer === bytes.buffer);
  });
  const refuses = targetOf(() => Promise.reject(new Error('disk full')));

  await encodedWriter(requests)(takes).write(manyRequests(1));
  const afterTaken = pool.acquire(BYTES);
  await expect(encodedWriter(requests)(refuses).write(manyRequests(1))).rejects.toThrow('disk full');
  const afterRefused = pool.acquire(BYTES);

  expect(seenWhileWriting).toEqual([false]);
  expect(encoded.map(({ buffer }) => buffer === afterTaken.buffer)).toEqual([true, false]);
  expect(encoded.map(({ buffer }) => buffer === afterRefused.buffer)).toEqual([false, false]);
});

it('a stream has one encoder for all of its partitions, and each partition counts its own records', async () => {
  const made: string[] = [];
  const encodedWriter = encodedStreams(({ stream }) => {
    made.push(stream.name);
    return { encode: () => Buffer.alloc(0) };
  });
  const takes = targetOf(async () => {});
  encodedWriter(usage)(takes);
  encodedWriter(requests)(takes);
  const partition = encodedWriter(requests)(takes);

  await partition.write(manyRequests(3));
  await partition.write(manyRequests(2));

  expect(made).toEqual(['usage', 'requests']);
  expect((await partition.commit()).accepted).toBe(5);
});
