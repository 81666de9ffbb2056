/** Bytes that are kept at most; what comes beyond them is left to the garbage collector. */
const MOST = 16 * 1_048_576;
/** Smaller pieces are made anew as quickly. */
const SMALLEST = 65_536;

/**
 * Memory that is not needed any more, to be written over. A busy day goes through gigabytes of pages and lines: new
 * memory for each would have to be mapped, and be held until the next garbage collection.
 */
export class SpareBytes {
  readonly #pieces: ArrayBuffer[] = [];

  /** At least so many bytes, with anything in them. */
  take(atLeast: number): Buffer {
    let best: ArrayBuffer | undefined;
    for (const piece of atLeast < SMALLEST ? [] : this.#pieces) {
      if (piece.byteLength < atLeast) continue;
      if (best === undefined || piece.byteLength < best.byteLength) best = piece;
    }
    if (best === undefined) return Buffer.allocUnsafeSlow(atLeast);
    this.#pieces.splice(this.#pieces.indexOf(best), 1);
    return Buffer.from(best);
  }

  /** Gives back the memory of bytes, or of a list of them: nobody may look at it any more. Other values have none. */
  give(value: unknown): void {
    for (const bytes of Array.isArray(value) ? value : [value]) {
      if (bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer) this.#keep(bytes.buffer);
    }
  }

  #keep(memory: ArrayBuffer): void {
    if (memory.byteLength < SMALLEST || this.#pieces.includes(memory)) return;
    const kept = this.#pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (kept + memory.byteLength <= MOST) this.#pieces.push(memory);
  }
}

/** What the whole program shares. */
export const spareBytes = new SpareBytes();
