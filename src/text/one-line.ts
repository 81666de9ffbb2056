/**
 * A text from outside as a part of a line that is printed. Names and answers may hold terminal control sequences, line
 * breaks that would begin a line of their own, marks that reverse the direction of writing, and what a CI system takes for
 * a command wherever it stands; and there may be no end to them.
 */
export function oneLine(text: string): string {
  const line = harmless(text.replace(LINE_BREAKS, ' ').replace(CONTROLS, '\uFFFD'));
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
}

/**
 * The last look at what is about to be printed, in whole lines: of control characters only line feeds and our own colors
 * are left, and no line is a command to a CI system.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function printable(text: string): string {
  const lines = text.replace(CONTROLS, (character, at: number) =>
    character === '\n' || isColor(text, at) ? character : '\uFFFD',
  );
  return harmless(lines).replace(COMMAND_AT_START, '$1: :');
}

/** JSON that says the same and is harmless where it is printed: what a terminal or a CI system may act on is escaped. */
export function jsonText(value: object, space = 0): string {
  return JSON.stringify(value, null, space)
    .replace(CONTROLS, (character) => (character === '\n' ? character : escapeOf(character)))
    .replace(COMMAND_ANYWHERE, escapeOf);
}

/** Someone else's name as a part of a sentence or a table of ours. */
export function shortName(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
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

/** GitHub looks for `##[` anywhere in a line, Azure Pipelines for `##vso[`, TeamCity for `##teamcity[`. */
function harmless(text: string): string {
  return text.replace(COMMAND_ANYWHERE, '# ');
}

function isColor(text: string, at: number): boolean {
  COLOR.lastIndex = at;
  return COLOR.test(text);
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const LONGEST_LINE = 4_000;
const LONGEST_NAME = 100;
const MAX_EXCERPT = 300;
const LINE_BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** The C0 and C1 controls, DEL, separators of lines, and the marks of direction. */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;
/** The first `#` of a command that counts wherever it stands. */
const COMMAND_ANYWHERE = /#(?=#[\w.-]*\[)/g;
/** The colons of a command that counts at the beginning of a line, behind what cannot be seen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
const COMMAND_AT_START = /^((?:(?!\n)[\s\p{Cf}]|\u001B\[\d+m)*)::/gmu;
/** Dim, red, green, yellow, and their ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
const COLOR = /\u001B\[(?:2|22|3[1-3]|39)m/y;
