import { isAscii } from 'node:buffer';

/** From here on V8 gives a text memory of its own, which is new and must be mapped: that takes longer than to parse it. */
const LARGE = 131_072;
/** Beyond this Node keeps a text of single bytes outside of V8's heap, where memory is used again. */
const OUTSIDE = 0xfbee9;
const BLANK = 0x20;

let room: Buffer | undefined;
/** How much of the room was written to; the rest is blank. */
let written = 0;

/**
 * `JSON.parse` of UTF-8. A page of requests, which is nearly always ASCII, is made longer by blanks, so that its text
 * does not need new memory.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length < LARGE || !isAscii(bytes)) return JSON.parse(bytes.toString('utf8'));
  if (bytes.length > OUTSIDE) return JSON.parse(bytes.toString('latin1'));
  room ??= Buffer.alloc(OUTSIDE + 1, BLANK);
  room.fill(BLANK, bytes.length, Math.max(bytes.length, written));
  written = bytes.copy(room);
  return JSON.parse(room.toString('latin1'));
}
