import { expect, it } from 'vitest';
import { giveBytes, takeBytes } from '../../src/bytes/spare-bytes.js';

const MEGABYTE = 1_048_576;

it('what was given back is used again, the smallest piece that is large enough first', () => {
  const pieces = [5, 3, 4].map((megabytes) => Buffer.allocUnsafeSlow(megabytes * MEGABYTE));
  giveBytes(pieces);

  const taken = takeBytes(3 * MEGABYTE + 1);

  expect(taken.buffer).toBe(pieces[2]?.buffer);
  expect(takeBytes(3 * MEGABYTE + 1).buffer).toBe(pieces[0]?.buffer);
});

it('nobody gets the same memory as another one', () => {
  const piece = Buffer.allocUnsafeSlow(6 * MEGABYTE);
  giveBytes([piece, piece.subarray(10)]);
  giveBytes(piece);

  const [one, other] = [takeBytes(6 * MEGABYTE), takeBytes(6 * MEGABYTE)];

  expect(one.buffer).toBe(piece.buffer);
  expect(other.buffer).not.toBe(piece.buffer);
});

it('what Node keeps in a pool for small pieces is never given to anybody', () => {
  const pooled = Buffer.from('a short text');
  giveBytes(pooled);

  const taken = Array.from({ length: 20 }, () => takeBytes(1));

  expect(taken.map(({ buffer }) => buffer)).not.toContain(pooled.buffer);
});

it('only so much is kept, and nothing that is larger than all of it', () => {
  const pieces = Array.from({ length: 40 }, () => Buffer.allocUnsafeSlow(MEGABYTE));
  const large = Buffer.allocUnsafeSlow(17 * MEGABYTE);
  giveBytes([large, ...pieces]);

  const again = pieces.map(() => takeBytes(MEGABYTE).buffer);

  expect(takeBytes(17 * MEGABYTE).buffer).not.toBe(large.buffer);
  expect(
    again.filter((buffer) => pieces.some((piece) => piece.buffer === buffer)).length,
  ).toBeLessThanOrEqual(16);
});

it('a small need does not take a large piece', () => {
  const piece = Buffer.allocUnsafeSlow(MEGABYTE);
  giveBytes(piece);

  expect(takeBytes(100).buffer.byteLength).toBe(100);
});
