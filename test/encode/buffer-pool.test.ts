import { expect, it } from 'vitest';
import { BufferPool } from '../../src/encode/buffer-pool.js';

const MEGABYTE = 1_048_576;

/** Whether two buffers share their memory: a comparison that failed would print all of it. */
function shares(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return one.buffer === other?.buffer;
}

function bufferOf(megabytes: number): Buffer {
  return Buffer.allocUnsafeSlow(megabytes * MEGABYTE);
}

it('what was released is acquired again, by best fit', () => {
  const pool = new BufferPool();
  const [five, three, four] = [bufferOf(5), bufferOf(3), bufferOf(4)];
  pool.release([five, three, four]);

  const acquired = [pool.acquire(3 * MEGABYTE + 1), pool.acquire(3 * MEGABYTE + 1)];

  expect(acquired.map((bytes) => shares(bytes, four))).toEqual([true, false]);
  expect(acquired.map((bytes) => shares(bytes, five))).toEqual([false, true]);
});

it('memory that is released twice is acquired once', () => {
  const pool = new BufferPool();
  const buffer = bufferOf(6);
  pool.release([buffer, buffer.subarray(10)]);
  pool.release(buffer);

  const acquired = [pool.acquire(6 * MEGABYTE), pool.acquire(6 * MEGABYTE)];

  expect(acquired.map((bytes) => shares(bytes, buffer))).toEqual([true, false]);
});

it('the pool that Node itself has for small buffers is never acquired by anybody', () => {
  const pool = new BufferPool();
  const pooled = Buffer.from('a short text');
  pool.release(pooled);

  const acquired = [pool.acquire(1), pool.acquire(70_000)];

  expect(acquired.some((bytes) => shares(bytes, pooled))).toBe(false);
});

it('the free list is bounded, and nothing larger than the bound is in it', () => {
  const pool = new BufferPool();
  const buffers = Array.from({ length: 40 }, () => bufferOf(1));
  const large = bufferOf(17);
  pool.release([large, ...buffers]);

  const acquired = buffers.map(() => pool.acquire(MEGABYTE));

  expect(shares(pool.acquire(17 * MEGABYTE), large)).toBe(false);
  expect(acquired.filter((bytes) => buffers.some((buffer) => shares(bytes, buffer)))).toHaveLength(16);
});

it('a small buffer does not take up a large one', () => {
  const pool = new BufferPool();
  pool.release(bufferOf(1));

  expect(pool.acquire(100).buffer.byteLength).toBe(100);
});
