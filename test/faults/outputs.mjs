import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parquetMetadata } from 'hyparquet';

/** Paths of all files below a folder, relative to it; none where it is not there. */
export async function filesBelow(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Files that a run made for itself and that should be gone with it: half-written ones and locks. */
export async function leftovers(root) {
  return (await filesBelow(root)).filter((path) => /\.tmp$|\.lock/.test(basename(path)));
}

/** Says of the first file under a final name what is not whole about it; undefined when all are. */
export class Wholeness {
  /** Files seen before and not written since, by path. */
  #seen = new Map();

  async fault(root) {
    for (const path of (await filesBelow(root)).filter(isFinal)) {
      const { ino, size, mtimeMs } = await stat(join(root, path));
      const version = `${ino} ${size} ${mtimeMs}`;
      if (this.#seen.get(path) === version) continue;
      const fault = faultOf(path, await readFile(join(root, path)));
      if (fault !== undefined) return `${path}: ${fault}`;
      this.#seen.set(path, version);
    }
    return undefined;
  }
}

/** The first difference between two folders, compressed files by what is in them; undefined when there is none. */
export async function firstDifference(expectedRoot, actualRoot) {
  const expected = (await filesBelow(expectedRoot)).filter(isOutput);
  const actual = (await filesBelow(actualRoot)).filter(isOutput);
  for (const path of expected) if (!actual.includes(path)) return `${path} is missing`;
  for (const path of actual) if (!expected.includes(path)) return `${path} should not be there`;
  for (const path of expected) {
    const [wanted, got] = await Promise.all(
      [expectedRoot, actualRoot].map(async (root) => timelessOf(path, await readFile(join(root, path)))),
    );
    if (!wanted.equals(got)) return `${path}, ${firstDifferentLine(wanted, got)}`;
  }
  return undefined;
}

/**
 * What a run came to count is noted at its end, so a kill may leave a count out or behind: it is made up for by reading
 * the partition when somebody asks, and no reader sees it. What a report's months are added up to is made again as well.
 */
function isOutput(path) {
  return !path.split(sep).includes('.counts') && !/\.(?:sums|days)\.json$/.test(path);
}

function isFinal(path) {
  return !basename(path).startsWith('.');
}

function contentOf(path, bytes) {
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** Without what a report says of when it got what: a run that was killed got it at another time. */
function timelessOf(path, bytes) {
  const content = contentOf(path, bytes);
  if (path.endsWith('.html'))
    return Buffer.from(
      content.toString().replace(/<section id="fresh">.*?<\/section>|\bWritten [^<]*UTC/gs, ''),
    );
  if (!/\.html\.parts[/\\]/.test(path)) return content;
  return Buffer.from(content.toString().replace(/"delivered_at":\d+|^\{"identity":.*$/gm, ''));
}

function firstDifferentLine(wanted, got) {
  const [wantedLines, gotLines] = [wanted, got].map((bytes) => bytes.toString().split('\n'));
  const at = wantedLines.findIndex((line, index) => line !== gotLines[index]);
  const line = at < 0 ? wantedLines.length : at;
  const counts = `${wantedLines.length} lines wanted, ${gotLines.length} found`;
  return `line ${line + 1} (${counts})\n  wanted: ${wantedLines[line]}\n  found:  ${gotLines[line]}`;
}

function faultOf(path, bytes) {
  try {
    if (path.endsWith('.parquet')) return parquetFault(bytes);
    const text = contentOf(path, bytes).toString();
    if (/\.json$/.test(path)) JSON.parse(text);
    else if (/\.ndjson(\.gz)?$/.test(path)) return ndjsonFault(text);
    else if (path.endsWith('.csv')) return csvFault(text);
    else if (path.endsWith('.html') && !text.endsWith('</html>\n')) return 'its end is cut off';
    else if (path.endsWith('.tds') && !text.endsWith('</datasource>\n')) return 'its end is cut off';
    else if (path.endsWith('.tdsx') && !endsAsZip(bytes)) return 'its end is cut off';
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** The last 22 bytes begin with a signature, where there is no comment. */
function endsAsZip(bytes) {
  return bytes.subarray(-22).toString('latin1').startsWith('PK\x05\x06');
}

function ndjsonFault(text) {
  if (text !== '' && !text.endsWith('\n')) return 'its last line is cut off';
  for (const line of text.split('\n').slice(0, -1)) JSON.parse(line);
  return undefined;
}

/** Its end says what is where, and its rows are before it. */
function parquetFault(bytes) {
  if (bytes.toString('latin1', 0, 4) !== 'PAR1') return 'it does not begin as such a file does';
  const { num_rows: rows, row_groups: groups } = parquetMetadata(bytes);
  const inGroups = groups.reduce((sum, group) => sum + group.num_rows, 0n);
  return rows === inGroups ? undefined : `it has ${rows} rows, and its groups ${inGroups}`;
}

/** Every row ends with CRLF and has as many fields as the header. */
function csvFault(text) {
  if (!text.endsWith('\r\n')) return 'its last line is cut off';
  let columns;
  let fields = 1;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x22) quoted = !quoted;
    else if (quoted) continue;
    else if (character === 0x2c) fields += 1;
    else if (character === 0x0a) {
      columns ??= fields;
      if (fields !== columns) return `a row has ${fields} fields instead of ${columns}, before byte ${at}`;
      fields = 1;
    }
  }
  return quoted ? 'a quoted field is not closed' : undefined;
}
