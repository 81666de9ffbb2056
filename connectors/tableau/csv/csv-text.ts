/**
 * A text as one CSV cell, for Tableau first and for spreadsheets too:
 * - a line break of any kind becomes one space, so that a record is always one line;
 * - other control characters, the tab excepted, become U+FFFD, which shows that something was there; so does half
 *   of a surrogate pair, once the text is encoded as UTF-8;
 * - with `escapeFormulas`, a text that a spreadsheet would run as a formula gets a leading `'`
 *   (OWASP ASVS 1.2.10, CWE-1236), and so does one that looks as if it had got one: {@link isGuarded};
 * - a cell with a comma or a quote is quoted, its quotes doubled (RFC 4180); an empty one never is, since Tableau
 *   reads `""` as an empty text and not as null.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvText(text: string, escapeFormulas: boolean): string {
  if (text === '') return '';
  let found = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    found |= code < 128 ? (ASCII[code] ?? 0) : beyondAscii(code);
  }
  const cell = found & MUST_CLEAN ? clean(text) : text;
  const guarded = escapeFormulas && isGuarded(text) ? `'${cell}` : cell;
  return found & MUST_QUOTE ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/**
 * True for a text that a spreadsheet would run, and for one that looks like such a text behind its guard. So whoever takes
 * one `'` away from each cell that begins with some and then has what a guard stands before, has the texts again.
 */
export function isGuarded(text: string): boolean {
  const first = text.charCodeAt(0);
  return FORMULA_STARTS.has(first) || (first === APOSTROPHE && LIKE_GUARDED.test(text));
}

const MUST_QUOTE = 1;
const MUST_CLEAN = 2;

/** What each ASCII character asks for; a table, because this is looked up for every character of every cell. */
const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === 0x22 || code === 0x2c) return MUST_QUOTE;
  return (code < 0x20 && code !== 0x09) || code === 0x7f ? MUST_CLEAN : 0;
});

/** Controls up to U+009F, and the separators of lines and paragraphs. */
function beyondAscii(code: number): number {
  return code <= 0x9f || code === 0x2028 || code === 0x2029 ? MUST_CLEAN : 0;
}

const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
const CONTROL = /(?!\t)\p{Cc}/gu;

function clean(text: string): string {
  return text.replace(LINE_BREAK, ' ').replace(CONTROL, '\uFFFD');
}

/** OWASP's list; the wide forms are read as their narrow ones by spreadsheets in East Asian locales. */
const FORMULA_STARTS = new Set([...'=+-@\t\r\n＝＋－＠'].map((character) => character.charCodeAt(0)));
const APOSTROPHE = "'".charCodeAt(0);
/** Spaces too: the line breaks that a text may begin with have become one. */
const LIKE_GUARDED = /^'+[=+\-@\t＝＋－＠ \n\v\f\r\u0085\u2028\u2029]/;
