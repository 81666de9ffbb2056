import { isShowable, type Mistake, type Path } from '../mistakes/mistake.js';
import type { YamlNode } from '../yaml/yaml-node.js';
import { type Environment, type ReferenceMistake, replaceReferences } from './references.js';

/** The settings as plain data, with the environment put in. */
export interface SettingsTree {
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** True for a value whose reference could not be replaced: it stands there as written. */
  isOpen(path: Path): boolean;
  /** True where it is so of the value at a path, or of one below it. */
  holdsOpen(path: Path): boolean;
  /** True where a value was written with a reference, which always gives text. */
  isReference(path: Path): boolean;
  /** What came from the environment for the value at a path and those below it, where no default was written. */
  environmentValues(path: Path): readonly string[];
}

/**
 * Makes plain data of a configuration; references are replaced in values, never in keys. What is not needed may
 * name variables that are not set.
 */
export function resolveReferences(
  root: YamlNode,
  environment: Environment | undefined,
  isNeeded: (path: Path) => boolean = () => true,
): SettingsTree {
  const mistakes: Mistake[] = [];
  const open = new Set<string>();
  const references = new Map<string, readonly string[]>();
  const plain = (node: YamlNode, path: Path): unknown => {
    if (node.kind === 'list') return node.items.map((item, index) => plain(item, [...path, index]));
    if (node.kind === 'map') {
      const entries = [...node.entries].map(
        ([key, { value }]) => [key, plain(value, [...path, key])] as const,
      );
      return Object.fromEntries(entries);
    }
    if (typeof node.value !== 'string' || !node.value.includes('${')) return node.value;
    const replaced = replaceReferences(node.value, environment);
    references.set(JSON.stringify(path), replaced.values);
    if (replaced.text === undefined) open.add(JSON.stringify(path));
    for (const mistake of replaced.mistakes) {
      if (mistake.kind === 'missing' && !isNeeded(path)) continue;
      mistakes.push({ position: node.position, path, words: referenceMessage(mistake) });
    }
    return replaced.text ?? node.value;
  };
  return {
    value: plain(root, []),
    mistakes,
    isOpen: (path) => open.has(JSON.stringify(path)),
    isReference: (path) => references.has(JSON.stringify(path)),
    holdsOpen: (path) => [...open].some((at) => isWithinPath(at, path)),
    environmentValues: (path) =>
      [...references].flatMap(([at, values]) => (isWithinPath(at, path) ? values : [])),
  };
}

/** True for the path of a value, as JSON, that is the other one or below it. */
function isWithinPath(json: string, path: Path): boolean {
  const whole = JSON.stringify(path);
  return json === whole || json.startsWith(`${whole.slice(0, -1)},`);
}

function referenceMessage(mistake: ReferenceMistake): string {
  switch (mistake.kind) {
    case 'missing':
      return isShowable(mistake.name) || /^[A-Z]+(_[A-Z0-9]+)+$/.test(mistake.name)
        ? `the environment variable ${mistake.name} is not set, or empty`
        : 'the environment variable named here is not set, or empty';
    case 'malformed':
      return `a reference is written \${NAME} or \${NAME:-default}; write $\${ for a literal \${`;
    case 'unclosed':
      return `a \${ has no } after it; write $\${ for a literal \${`;
  }
}
