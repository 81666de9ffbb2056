import { mix } from './random.js';

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Four 32-bit words in the dress of a random UUID; of `b` and `c`, 26 bits are kept. */
export function uuidOf(a: number, b: number, c: number, d: number): string {
  const version = (b & 0xffff0fff) | 0x4000;
  const variant = (c & 0x3fffffff) | 0x80000000;
  return `${hex(a)}-${half(version >>> 16)}-${half(version)}-${half(variant >>> 16)}-${half(variant)}${hex(d)}`;
}

/** A UUID for one thing of an account, such as the second key of a project. */
export function uuidFor(seed: number, kind: number): string {
  const a = mix(seed, kind);
  return uuidOf(a, mix(a, 1), mix(a, 2), mix(a, 3));
}

function hex(word: number): string {
  return half(word >>> 16) + half(word);
}

function half(word: number): string {
  return `${BYTES[(word >>> 8) & 0xff]}${BYTES[word & 0xff]}`;
}
