/** `cost_usd` as people read it in a list of fields: `Cost USD`. */
export function titleCase(name: string): string {
  const words = name.split('_').filter((word) => word !== '');
  const isInside = (at: number) => at > 0 && at < words.length - 1;
  return words
    .map((word, at) => (isInside(at) && SMALL.has(word) ? word : (SPELLINGS.get(word) ?? capitalized(word))))
    .join(' ');
}

/** Words that are written otherwise. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['api', 'API'],
  ['id', 'ID'],
  ['ids', 'IDs'],
  ['mip', 'MIP'],
  ['ms', 'ms'],
  ['tts', 'TTS'],
  ['usd', 'USD'],
]);

const SMALL: ReadonlySet<string> = new Set(['and', 'as', 'by', 'in', 'of', 'out', 'to']);

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
