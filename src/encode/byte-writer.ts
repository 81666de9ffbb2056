import { bufferPool } from './buffer-pool.js';

const EMPTY = Buffer.alloc(0);
const INITIAL_CAPACITY = 65_536;
/** Bytes up to which copying one by one is quicker than asking for a copy. */
const FEW = 48;
/** Bytes that a UTF-16 unit takes at most. */
const WIDEST = 3;

/** Digits behind the point that {@link ByteWriter.tryNumber} knows; a power of ten that a number can hold exactly. */
const PLACES = 9;
const SCALE = 10 ** PLACES;
/** Below it, a number with that many places has at most 15 digits. */
const LARGEST = 1e6;
/** Below it, numbers are written with an exponent. */
const SMALLEST = 1e-6;

/**
 * Puts text together as UTF-8 bytes, in a buffer of the pool that grows. A record has some forty short pieces, most of
 * them digits and ids: as texts, they would be joined, flattened and encoded, each in its turn.
 */
export class ByteWriter {
  #bytes: Buffer = EMPTY;
  #end = 0;
  /** Of the next buffer that is acquired to begin with. */
  #capacity = INITIAL_CAPACITY;

  /** Bytes written since it began. */
  get length(): number {
    return this.#end;
  }

  /** Begins anew; what was written and not taken, because something failed, is dropped. */
  clear(): void {
    this.#end = 0;
  }

  /** Bytes that were made before. */
  copy(source: Uint8Array): void {
    const { length } = source;
    this.#reserve(length);
    const end = this.#end;
    const bytes = this.#bytes;
    if (length > FEW) bytes.set(source, end);
    else for (let at = 0; at < length; at += 1) bytes[end + at] = source[at] as number;
    this.#end = end + length;
  }

  /** What another one has written and not given away. */
  copyOf(other: ByteWriter): void {
    const length = other.#end;
    this.#reserve(length);
    const end = this.#end;
    const bytes = this.#bytes;
    const source = other.#bytes;
    for (let at = 0; at < length; at += 1) bytes[end + at] = source[at] as number;
    this.#end = end + length;
  }

  text(text: string): void {
    const { length } = text;
    this.#reserve(length * WIDEST);
    const end = this.#end;
    const bytes = this.#bytes;
    let at = length > FEW ? length : 0;
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) break;
      bytes[end + at] = code;
    }
    this.#end = end + (at === length && length <= FEW ? length : bytes.write(text, end));
  }

  /** One ASCII character by its code. */
  character(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#end] = code;
    this.#end += 1;
  }

  /**
   * The text if it is ASCII without controls and without the two characters; false, and nothing written, if it is not.
   */
  tryPlain(text: string, except: number, exceptToo: number): boolean {
    const { length } = text;
    this.#reserve(length);
    const end = this.#end;
    const bytes = this.#bytes;
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code < 0x20 || code > 0x7e || code === except || code === exceptToo) return false;
      bytes[end + at] = code;
    }
    this.#end = end + length;
    return true;
  }

  /**
   * Writes the digits that `String` gives, several times quicker, or nothing and false: for what is below zero or has an
   * exponent, and for what has more than nine places or fifteen digits.
   *
   * A decimal of at most fifteen digits is the shortest one of the number that is nearest to it. So where a number times
   * 10⁹, rounded, is below 10¹⁵ and gives the number again when divided, those are its digits.
   */
  tryNumber(value: number): boolean {
    const whole = Math.floor(value);
    if (!(whole >= 0 && whole < SCALE)) return false;
    if (whole === value) {
      this.#reserve(PLACES);
      this.#digits(whole, places(whole));
      return true;
    }
    if (!(value >= SMALLEST && value < LARGEST)) return false;
    const scaled = Math.round(value * SCALE);
    if (scaled / SCALE !== value) return false;
    this.#reserve(2 * PLACES);
    this.#digits(whole, places(whole));
    this.#bytes[this.#end] = POINT;
    this.#end += 1;
    let behind = (scaled - whole * SCALE) | 0;
    let count = PLACES;
    while (behind % 10 === 0) {
      behind = (behind / 10) | 0;
      count -= 1;
    }
    this.#digits(behind, count);
    return true;
  }

  /** What was written, and begins anew. The buffer is the caller's, to hand on or to release to the pool. */
  take(): Uint8Array {
    const written = this.#bytes.subarray(0, this.#end);
    // What is written next is about as much.
    this.#capacity = this.#bytes.length;
    this.#bytes = EMPTY;
    this.#end = 0;
    return written;
  }

  #digits(value: number, count: number): void {
    // As a 32-bit integer, which is divided quickly.
    let rest = value | 0;
    const end = this.#end;
    const bytes = this.#bytes;
    for (let at = end + count - 1; at >= end; at -= 1) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#end = end + count;
  }

  #reserve(length: number): void {
    const needed = this.#end + length;
    if (needed <= this.#bytes.length) return;
    const larger = bufferPool.acquire(Math.max(needed, this.#bytes.length * 2, this.#capacity));
    this.#bytes.copy(larger, 0, 0, this.#end);
    bufferPool.release(this.#bytes);
    this.#bytes = larger;
  }
}

const ZERO = '0'.charCodeAt(0);
const POINT = '.'.charCodeAt(0);

/** Decimal digits of a whole number below 10⁹. */
function places(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count += 1;
  return count;
}
