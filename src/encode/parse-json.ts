import { isAscii } from 'node:buffer';

/** From here on V8 gives a text memory of its own, which is new and must be mapped: that takes longer than to parse it. */
const LARGE = 131_072;
/** Beyond this Node makes an external string of single bytes: outside of V8's heap, where memory is used again. */
const EXTERNAL = 0xfbee9;
const BLANK = 0x20;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** A scratch buffer. */
let scratch: Buffer | undefined;
/** How much of it was written to; the rest is blank. */
let written = 0;

/**
 * `JSON.parse` of UTF-8. A page of requests, which is nearly always ASCII, is made longer by blanks, so that its text
 * does not need new memory. A byte order mark before it is passed over.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) return parseJson(bytes.subarray(3));
  if (bytes.length < LARGE || !isAscii(bytes)) return JSON.parse(bytes.toString('utf8'));
  if (bytes.length > EXTERNAL) return JSON.parse(bytes.toString('latin1'));
  scratch ??= Buffer.alloc(EXTERNAL + 1, BLANK);
  scratch.fill(BLANK, bytes.length, Math.max(bytes.length, written));
  written = bytes.copy(scratch);
  return JSON.parse(scratch.toString('latin1'));
}
