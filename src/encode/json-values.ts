const [QUOTE, COMMA, BRACKET, BACKSLASH, BRACE] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b];

/**
 * True where JSON has more than so many values, told by the commas and brackets outside of its texts and without making
 * any of it: an empty list takes three bytes of an answer, and twenty times as many once it is made.
 */
export function hasMoreValues(bytes: Buffer, most: number): boolean {
  if (bytes.length <= most) return false; // each takes a byte
  let count = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) {
      inText = true;
    } else if (byte === COMMA || byte === BRACKET || byte === BRACE) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}
