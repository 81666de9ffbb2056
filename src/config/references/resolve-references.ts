import { isShowable, type Mistake, type Path } from '../mistakes/mistake.js';
import type { PlainYaml } from '../yaml/plain-yaml.js';
import { type Environment, replaceReferences } from './references.js';

/** The settings as plain data, with the environment put in. */
export interface SettingsTree {
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** True for a value whose reference could not be replaced: it stands there as written. */
  isOpen(path: Path): boolean;
  /**
   * What is wrong with a setting that was written as a reference and is left out, since that came out empty; to be said
   * where it may not be left out. Undefined for all others.
   */
  whyLeftOut(path: Path): string | undefined;
  /** True where it is open at a path, or below it. */
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
  { value: root, places }: PlainYaml,
  environment: Environment | undefined,
  isNeeded: (path: Path) => boolean = () => true,
): SettingsTree {
  const mistakes: Mistake[] = [];
  const open = new Set<string>();
  const holdsOpen = new Set<string>();
  const references = new Set<string>();
  const leftOut = new Map<string, string>();
  const valuesBelow = new Map<string, string[]>();
  const resolved = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => resolved(item, [...path, index]));
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([key, inner]) => [key, resolved(inner, [...path, key])]);
      return Object.fromEntries(entries);
    }
    if (typeof value !== 'string' || !value.includes('${')) return value;
    const replaced = replaceReferences(value, environment);
    references.add(JSON.stringify(path));
    // Whether it may be left out is known to who knows the setting. What is in a list is no setting.
    const isLeftOut = (replaced.isEmpty || replaced.text === '') && typeof path.at(-1) === 'string';
    const isOpen = isLeftOut ? !isNeeded(path) : replaced.text === undefined;
    const missing = isNeeded(path) ? replaced.missing.map(missingMessage) : [];
    if (isLeftOut) leftOut.set(JSON.stringify(path), missing[0] ?? 'must not be empty');
    if (isOpen) open.add(JSON.stringify(path));
    // Looked for from every place above it, and there may be thousands.
    for (const above of placesFrom(path)) {
      if (isOpen) holdsOpen.add(above);
      const values = valuesBelow.get(above);
      if (values) values.push(...replaced.values);
      else valuesBelow.set(above, [...replaced.values]);
    }
    if (isLeftOut) return undefined;
    const position = places.positionOf(path);
    for (const words of [...replaced.mistakes, ...missing]) mistakes.push({ position, path, words });
    return replaced.text ?? value;
  };
  return {
    value: resolved(root, []),
    mistakes,
    isOpen: (path) => open.has(JSON.stringify(path)),
    isReference: (path) => references.has(JSON.stringify(path)),
    whyLeftOut: (path) => leftOut.get(JSON.stringify(path)),
    holdsOpen: (path) => holdsOpen.has(JSON.stringify(path)),
    environmentValues: (path) => valuesBelow.get(JSON.stringify(path)) ?? [],
  };
}

/** A place and those above it, as JSON. */
function placesFrom(path: Path): string[] {
  return Array.from({ length: path.length + 1 }, (_, length) => JSON.stringify(path.slice(0, length)));
}

function missingMessage(name: string): string {
  const isShown = isShowable(name) || /^[A-Z]+(_[A-Z0-9]+)+$/.test(name);
  return `the environment variable ${isShown ? name : 'named here'} is not set, or empty`;
}
