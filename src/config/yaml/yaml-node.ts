import type { Path, Position } from '../mistakes/mistake.js';

/** A value of a configuration file that knows where it stands. */
export type YamlNode =
  | { readonly kind: 'map'; readonly position: Position; readonly entries: ReadonlyMap<string, Entry> }
  | { readonly kind: 'list'; readonly position: Position; readonly items: readonly YamlNode[] }
  | { readonly kind: 'value'; readonly position: Position; readonly value: string | number | boolean | null };

export interface Entry {
  readonly keyPosition: Position;
  readonly value: YamlNode;
}

/** Where the value at a path stands; for a path that is not there, the nearest key above it. */
export function positionOf(root: YamlNode, path: Path): Position {
  let node = root;
  let position = root.position;
  for (const [depth, step] of path.entries()) {
    const entry = node.kind === 'map' ? node.entries.get(String(step)) : undefined;
    const next = node.kind === 'list' ? node.items[Number(step)] : entry?.value;
    if (next === undefined) return position;
    node = next;
    const isLast = depth === path.length - 1;
    position = entry === undefined || isLast ? next.position : entry.keyPosition;
  }
  return position;
}

/** Where the last key of a path stands. */
export function keyPositionOf(root: YamlNode, path: Path): Position {
  const parent = nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.keyPosition ?? positionOf(root, path);
}

function nodeAt(root: YamlNode, path: Path): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.value;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}
