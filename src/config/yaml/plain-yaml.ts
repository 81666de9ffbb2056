import { isAlias, isMap, isScalar, isSeq, type LineCounter, type ParsedNode, type YAMLMap } from 'yaml';
import type { Mistake, Path, Position } from '../mistakes/mistake.js';
import { Places, START } from './places.js';

/** A YAML text as plain data. */
export interface PlainYaml {
  /** Undefined where nothing could be made of the text. */
  readonly value: unknown;
  readonly places: Places;
  readonly mistakes: readonly Mistake[];
}

const MOST_VALUES = 20_000;
const DEEPEST = 50;

/** Makes data of the parser's nodes, each text through `restore`, following aliases to the anchors before them as far as that stays small. */
export function plainYaml(
  contents: ParsedNode,
  lines: LineCounter,
  restore: (text: string) => string,
): PlainYaml {
  const places = new Places();
  const mistakes: Mistake[] = [];
  const anchors = new Map<string, ParsedNode>();
  let values = 0;
  let isTooMuch = false;

  const startOf = (node: ParsedNode | null, otherwise: Position) =>
    node === null ? otherwise : positionAt(lines, node.range[0]);

  const dataOf = (node: ParsedNode | null, path: Path, position: Position, key?: Position): unknown => {
    places.set(path, position, key);
    values += 1;
    isTooMuch ||= values > MOST_VALUES || path.length > DEEPEST;
    if (isTooMuch || node === null) return null;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) return dataOf(target, path, position, key);
      const words = 'is an alias (*name), and no anchor (&name) before it has that name';
      mistakes.push({ position, path, words });
      return null;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isMap(node)) return mapOf(node, path, position);
    if (isSeq(node)) {
      return node.items.map((item, index) => dataOf(item, [...path, index], startOf(item, position)));
    }
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === 'string') return restore(value);
    return typeof value === 'number' || typeof value === 'boolean' ? value : null;
  };

  const mapOf = (map: YAMLMap.Parsed, path: Path, position: Position): unknown => {
    const entries = new Map<string, unknown>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? restore(String(key.value)) : '';
      const keyPosition = startOf(key, position);
      if (entries.has(name) || name === '__proto__') {
        const words = entries.has(name) ? 'is here twice' : 'cannot be a key';
        mistakes.push({ position: keyPosition, path: [...path, name], words });
        continue;
      }
      const isEmpty = value === null || value.range[0] === value.range[1];
      const valuePosition = isEmpty ? keyPosition : startOf(value, keyPosition);
      entries.set(name, dataOf(value, [...path, name], valuePosition, keyPosition));
    }
    return Object.fromEntries(entries);
  };

  const value = dataOf(contents, [], startOf(contents, START));
  return isTooMuch ? nothing(places.positionOf([]), TOO_MUCH) : { value, places, mistakes };
}

const TOO_MUCH = 'the file holds far more than a configuration; look at its aliases (*name)';

/** What is made of a text that is wrong as a whole. */
export function nothing(position: Position, words: string): PlainYaml {
  return { value: undefined, places: new Places(), mistakes: [{ position, path: [], words }] };
}

/** Line and column of an offset into the text. */
export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
