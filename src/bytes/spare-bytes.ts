/** Bytes that are kept at most; what comes beyond them is left to the garbage collector. */
const MOST = 16 * 1_048_576;
/** Smaller pieces are made anew as quickly. */
const SMALLEST = 65_536;

const spare: ArrayBuffer[] = [];

/**
 * Memory that is not needed any more, to be written over. A busy day goes through gigabytes of pages and lines: new
 * memory for each would have to be mapped, and be held until the next garbage collection.
 *
 * @returns at least so many bytes, with anything in them
 */
export function takeBytes(atLeast: number): Buffer {
  let best: ArrayBuffer | undefined;
  for (const memory of atLeast < SMALLEST ? [] : spare) {
    if (memory.byteLength < atLeast) continue;
    if (best === undefined || memory.byteLength < best.byteLength) best = memory;
  }
  if (best === undefined) return Buffer.allocUnsafeSlow(atLeast);
  spare.splice(spare.indexOf(best), 1);
  return Buffer.from(best);
}

/** Gives back the memory of bytes, or of a list of them: nobody may look at it any more. Other values have none. */
export function giveBytes(value: unknown): void {
  for (const bytes of Array.isArray(value) ? value : [value]) {
    if (bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer) keep(bytes.buffer);
  }
}

function keep(memory: ArrayBuffer): void {
  if (memory.byteLength < SMALLEST || spare.includes(memory)) return;
  const kept = spare.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (kept + memory.byteLength <= MOST) spare.push(memory);
}
