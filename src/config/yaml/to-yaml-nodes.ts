import { isAlias, isMap, isScalar, isSeq, type LineCounter, type ParsedNode, type YAMLMap } from 'yaml';
import type { Mistake, Path, Position } from '../mistakes/mistake.js';
import type { Entry, YamlNode } from './yaml-node.js';

export interface YamlReading {
  /** Undefined where nothing could be made of the text. */
  readonly root: YamlNode | undefined;
  readonly mistakes: readonly Mistake[];
}

/** Turns the parser's nodes into ours, each text through `restore`, following aliases to the anchors before them as far as that stays small. */
export function toYamlNodes(
  contents: ParsedNode,
  lines: LineCounter,
  restore: (text: string) => string,
): YamlReading {
  return new YamlNodes(lines, restore).whole(contents);
}

/** Line and column of an offset into the text. */
export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

const MOST_VALUES = 20_000;
const DEEPEST = 50;

class YamlNodes {
  readonly #lines: LineCounter;
  readonly #restore: (text: string) => string;
  readonly #anchors = new Map<string, ParsedNode>();
  readonly #mistakes: Mistake[] = [];
  #values = 0;
  #isTooMuch = false;

  constructor(lines: LineCounter, restore: (text: string) => string) {
    this.#lines = lines;
    this.#restore = restore;
  }

  whole(contents: ParsedNode): YamlReading {
    const root = this.#nodeOf(contents, [], this.#positionOf(contents), 0);
    if (!this.#isTooMuch) return { root, mistakes: this.#mistakes };
    const words = 'the file holds far more than a configuration; look at its aliases (*name)';
    return { root: undefined, mistakes: [{ position: root.position, path: [], words }] };
  }

  #nodeOf(node: ParsedNode | null, path: Path, position: Position, depth: number): YamlNode {
    const nothing: YamlNode = { kind: 'value', position, value: null };
    this.#values += 1;
    if (this.#values > MOST_VALUES || depth > DEEPEST) this.#isTooMuch = true;
    if (this.#isTooMuch) return nothing;
    if (node === null) return nothing;
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.#nodeOf(target, path, position, depth + 1);
      this.#refuse(position, path, 'is an alias (*name), and no anchor (&name) before it has that name');
      return nothing;
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) {
      return { kind: 'map', position, entries: this.#entries(node, path, position, depth) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.#nodeOf(item, [...path, index], this.#within(item, position), depth + 1),
      );
      return { kind: 'list', position, items };
    }
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === 'string') return { kind: 'value', position, value: this.#restore(value) };
    const isPlain = typeof value === 'number' || typeof value === 'boolean';
    return isPlain ? { kind: 'value', position, value } : nothing;
  }

  #entries(map: YAMLMap.Parsed, path: Path, position: Position, depth: number): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? this.#restore(String(key.value)) : '';
      const keyPosition = this.#within(key, position);
      if (entries.has(name) || name === '__proto__') {
        this.#refuse(keyPosition, [...path, name], entries.has(name) ? 'is here twice' : 'cannot be a key');
        continue;
      }
      const valuePosition =
        value === null || value.range[0] === value.range[1] ? keyPosition : this.#within(value, keyPosition);
      entries.set(name, {
        keyPosition,
        value: this.#nodeOf(value, [...path, name], valuePosition, depth + 1),
      });
    }
    return entries;
  }

  #within(node: ParsedNode | null, otherwise: Position): Position {
    return node === null ? otherwise : this.#positionOf(node);
  }

  #positionOf(node: ParsedNode): Position {
    return positionAt(this.#lines, node.range[0]);
  }

  #refuse(position: Position, path: Path, words: string): void {
    this.#mistakes.push({ position, path, words });
  }
}
