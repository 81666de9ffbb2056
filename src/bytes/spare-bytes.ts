/** Pieces that are kept at most; what comes beyond them is left to the garbage collector. */
const MOST = 12;
/** Smaller pieces are made anew as quickly. */
const SMALLEST = 65_536;

const spare: ArrayBuffer[] = [];

/**
 * Memory that is not needed any more, to be written over. A busy day goes through gigabytes of lines: new memory for
 * each batch would have to be mapped, and be held until the next garbage collection.
 *
 * @returns at least so many bytes, with anything in them
 */
export function takeBytes(atLeast: number): Buffer {
  let best: ArrayBuffer | undefined;
  for (const memory of spare) {
    if (memory.byteLength < atLeast) continue;
    if (best === undefined || memory.byteLength < best.byteLength) best = memory;
  }
  if (best === undefined) return Buffer.allocUnsafeSlow(atLeast);
  spare.splice(spare.indexOf(best), 1);
  return Buffer.from(best);
}

/** Gives back all memory in a value, such as what an encoder made: nobody may look at it any more. */
export function giveBytes(value: unknown): void {
  for (const memory of memoryIn(value)) {
    if (memory.byteLength >= SMALLEST && spare.length < MOST) spare.push(memory);
  }
}

/** The memory behind all bytes and numbers in a value. */
function memoryIn(value: unknown): Set<ArrayBuffer> {
  const found = new Set<ArrayBuffer>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<ArrayBuffer>): void {
  if (value instanceof ArrayBuffer) found.add(value);
  else if (ArrayBuffer.isView(value)) collect(value.buffer, found);
  else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collect(part, found);
  }
}
