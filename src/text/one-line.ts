/**
 * A text from outside as one harmless line. Names and answers may hold terminal control sequences, line breaks
 * that would begin a line of their own (which a CI system may take for a command), and marks that reverse the
 * direction of writing.
 */
export function oneLine(text: string): string {
  return text.replace(LINE_BREAKS, ' ').replace(CONTROLS, '\uFFFD');
}

/** JSON in one line, with the characters escaped that it leaves as they are although a terminal may act on them. */
export function jsonLine(value: object): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(CONTROLS, escaped);
}

/** Someone else's sentence as a part of ours: one line, without what cannot be seen, at most 300 characters. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 4 * MAX_EXCERPT)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const short = line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT - 1)}…` : line;
  return short.replace(/\.$/, '');
}

const MAX_EXCERPT = 300;
const LINE_BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** The C0 and C1 controls, DEL, and the marks of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
