import { stripVTControlCharacters } from 'node:util';

/**
 * Takes the place of `string-width`, with which yargs lays out its help. That one knows emoji and the wide letters of
 * East Asia, and loads Unicode's tables for them: a fifth of the whole start, while our own help has none.
 *
 * @param {string} text
 */
export default function textWidth(text) {
  return [...stripVTControlCharacters(text)].length;
}
