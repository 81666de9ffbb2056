import { oneLine } from '../../../src/text/one-line.js';
import type { DataResource } from './data-package.js';

/** The first line: by it a later run knows the file for ours. */
export const TITLE = 'The tables of this folder';

const BREAK = '\r\n';
const WIDTH = 100;

const NOTES = [
  'Written by deepgram-export, and replaced by its next run: keep notes of your own in another file.',
  'Times are UTC. An empty cell is what Deepgram did not give, and not 0. Names of projects and keys are those of the day of ' +
    'their row: one that was renamed stands there with both names, so group by its id. datapackage.json says what each ' +
    'column means.',
];

/** `README.txt`: what each table is for, in the words of its stream. */
export function readMe(resources: readonly DataResource[]): string {
  const tables = [...resources]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, path, description, use }) => [
      '',
      typeof path === 'string' ? path : `${name} (${path.length} files)`,
      ...[description, use].flatMap((text) => (text === undefined ? [] : wrapped(oneLine(`${text}`), '  '))),
    ]);
  return [TITLE, '', ...NOTES.flatMap((note) => wrapped(note, '')), ...tables, ''].join(BREAK);
}

/** Lines of at most {@link WIDTH} characters, for editors that break none themselves. */
function wrapped(text: string, indent: string): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && indent.length + last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => indent + line);
}
