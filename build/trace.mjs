/**
 * Says of a stack trace from the bundle where it is in the sources, with the maps that the build has left beside it:
 *
 *     node build/trace.mjs < trace.txt
 */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = join(ROOT, 'dist/bundle');
/** `…/dist/bundle/cli.js:12:34`, wherever it was installed. */
const PLACE = /[^\s(]*dist[\\/]bundle[\\/]([\w.-]+\.js):(\d+):(\d+)/g;

process.stdout.write((await text(process.stdin)).replaceAll(PLACE, sourceOf));

/** The place as it is where this build has no such file: then the trace is of another version. */
function sourceOf(place, file, line, column) {
  const path = join(BUNDLE, `${file}.map`);
  if (!existsSync(path)) return place;
  const map = new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  const { fileName, lineNumber, columnNumber } = map.findOrigin(Number(line), Number(column));
  return fileName === undefined
    ? place
    : `${relative(ROOT, join(BUNDLE, fileName))}:${lineNumber}:${columnNumber}`;
}
