import { stripVTControlCharacters } from 'node:util';

/**
 * Takes the place of `string-width`, with which yargs lays out its help. That one knows emoji and the wide letters of
 * East Asia, and loads Unicode's tables for them, while our own help has none. Measured on Node 20 in paired runs: with it
 * `--help` takes 1.5 times as much processor time, and `sync` of one request 1.2 times.
 *
 * @param {string} text
 */
export default function textWidth(text) {
  return [...stripVTControlCharacters(text)].length;
}
