/** Private-use characters: no configuration has them, and YAML takes them for letters. */
const OPEN = '\uE0F0\uE0F1';
const CLOSE = '\uE0F2';
const ANY = /[\uE0F0-\uE0F2]/;
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*(?::-[^{}\r\n]*)?)\}/g;

/**
 * YAML reads the braces of `{ api_key: ${DD_API_KEY} }` as its own: inside `{ }` and `[ ]` a plain text may hold
 * none. While a text is parsed, the braces of references are other characters, as many as before so that places
 * stay right; afterwards they are themselves again. The environment is only put in then.
 * `restore` is for every text that the parser gives back.
 */
export function guardReferences(text: string) {
  if (ANY.test(text)) return { guarded: text, restore: (same: string) => same };
  return {
    guarded: text.replace(REFERENCE, `${OPEN}$1${CLOSE}`),
    restore: (parsed: string) => parsed.replaceAll(OPEN, '${').replaceAll(CLOSE, '}'),
  };
}
