/**
 * Numbers that look like chance and depend on the seed alone (the mulberry32 generator). Fast enough to make
 * every field of every request anew whenever it is asked for.
 */
export class Random {
  #state: number;

  /** @param seed any 32-bit number; see {@link mix} and {@link hashText}. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, and not including, 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `lowest` through `highest`. */
  between(lowest: number, highest: number): number {
    return lowest + Math.floor(this.fraction() * (highest - lowest + 1));
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.fraction() * choices.length)] ?? choices[0];
  }
}

/** Two 32-bit numbers made one; a change of one bit in either changes about half of the result. */
export function mix(a: number, b: number): number {
  return scramble(Math.imul(a, 0x9e3779b1) ^ scramble(b));
}

/** A 32-bit number for a text (FNV-1a, then scrambled). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return scramble(hash);
}

/**
 * Maps the 32-bit numbers onto themselves, each to another place.
 * @see https://github.com/skeeto/hash-prospector the function `lowbias32` and its inverse
 */
export function scramble(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return (word ^ (word >>> 16)) >>> 0;
}

/** The way back from {@link scramble}. */
export function unscramble(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x43021123);
  word = Math.imul(word ^ (word >>> 15) ^ (word >>> 30), 0x1d69e2a5);
  return (word ^ (word >>> 16)) >>> 0;
}
