import { expect, it } from 'vitest';
import { SpareBytes } from '../../src/encode/buffer-pool.js';

const MEGABYTE = 1_048_576;

/** Whether two share their memory: a comparison that failed would print all of it. */
function shares(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return one.buffer === other?.buffer;
}

function pieceOf(megabytes: number): Buffer {
  return Buffer.allocUnsafeSlow(megabytes * MEGABYTE);
}

it('what was given back is used again, the smallest piece that is large enough first', () => {
  const spare = new SpareBytes();
  const [five, three, four] = [pieceOf(5), pieceOf(3), pieceOf(4)];
  spare.give([five, three, four]);

  const taken = [spare.take(3 * MEGABYTE + 1), spare.take(3 * MEGABYTE + 1)];

  expect(taken.map((bytes) => shares(bytes, four))).toEqual([true, false]);
  expect(taken.map((bytes) => shares(bytes, five))).toEqual([false, true]);
});

it('nobody gets the same memory as another one', () => {
  const spare = new SpareBytes();
  const piece = pieceOf(6);
  spare.give([piece, piece.subarray(10)]);
  spare.give(piece);

  const taken = [spare.take(6 * MEGABYTE), spare.take(6 * MEGABYTE)];

  expect(taken.map((bytes) => shares(bytes, piece))).toEqual([true, false]);
});

it('what Node keeps in a pool for small pieces is never given to anybody', () => {
  const spare = new SpareBytes();
  const pooled = Buffer.from('a short text');
  spare.give(pooled);

  const taken = [spare.take(1), spare.take(70_000)];

  expect(taken.some((bytes) => shares(bytes, pooled))).toBe(false);
});

it('only so much is kept, and nothing that is larger than all of it', () => {
  const spare = new SpareBytes();
  const pieces = Array.from({ length: 40 }, () => pieceOf(1));
  const large = pieceOf(17);
  spare.give([large, ...pieces]);

  const taken = pieces.map(() => spare.take(MEGABYTE));

  expect(shares(spare.take(17 * MEGABYTE), large)).toBe(false);
  expect(taken.filter((bytes) => pieces.some((piece) => shares(bytes, piece)))).toHaveLength(16);
});

it('a small need does not take a large piece', () => {
  const spare = new SpareBytes();
  spare.give(pieceOf(1));

  expect(spare.take(100).buffer.byteLength).toBe(100);
});
