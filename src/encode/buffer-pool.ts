/** Bytes that the free list holds at most; what is released beyond them is left to the garbage collector. */
const MAX_POOLED_BYTES = 16 * 1_048_576;
/** Smaller buffers are allocated as quickly as they are found. */
const MIN_POOLED_BYTES = 65_536;

/**
 * A pool of buffers: a free list of memory that was released and may be written over. A busy day goes through gigabytes
 * of pages and lines: new memory for each would have to be mapped, and be held until the next garbage collection.
 */
export class BufferPool {
  readonly #freeList: ArrayBuffer[] = [];

  /** A buffer of at least so many bytes (the best fit of the free list, or a new one), with anything in them. */
  acquire(atLeast: number): Buffer {
    let best: ArrayBuffer | undefined;
    for (const memory of atLeast < MIN_POOLED_BYTES ? [] : this.#freeList) {
      if (memory.byteLength < atLeast) continue;
      if (best === undefined || memory.byteLength < best.byteLength) best = memory;
    }
    if (best === undefined) return Buffer.allocUnsafeSlow(atLeast);
    this.#freeList.splice(this.#freeList.indexOf(best), 1);
    return Buffer.from(best);
  }

  /**
   * Frees the whole memory below a buffer, or below each of a list of them: nobody may look at it any more. Also those
   * that {@link acquire} did not make. Of other values, which have no such memory, nothing is freed.
   */
  release(value: unknown): void {
    for (const bytes of Array.isArray(value) ? value : [value]) {
      if (bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer) this.#free(bytes.buffer);
    }
  }

  #free(memory: ArrayBuffer): void {
    if (memory.byteLength < MIN_POOLED_BYTES || this.#freeList.includes(memory)) return;
    const pooled = this.#freeList.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (pooled + memory.byteLength <= MAX_POOLED_BYTES) this.#freeList.push(memory);
  }
}

/** The pool that the whole program shares. */
export const bufferPool = new BufferPool();
