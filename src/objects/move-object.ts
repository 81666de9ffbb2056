import type { Bucket } from './bucket.js';

/** Gives what is in an object another key; there it is before it is gone here. False where there is none. */
export async function moveObject(bucket: Bucket, from: string, to: string): Promise<boolean> {
  const pieces = await bucket.read(from);
  if (pieces === undefined) return false;
  const bytes: Buffer[] = [];
  for await (const piece of pieces) bytes.push(piece.bytes);
  await bucket.write(to, Buffer.concat(bytes));
  await bucket.remove(from);
  return true;
}
