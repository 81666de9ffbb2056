const LONGEST = 300;

/** Someone else's text, fit for one line of a message: no control characters, at most 300 characters. */
export function words(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
  return short.replace(/\.$/, '');
}
