import { isDeepStrictEqual } from 'node:util';
import type { Connectors } from '../../catalogue/catalogue.js';
import type { StandardSchema } from '../../catalogue/standard-schema.js';
import type { Mistake, Path } from '../mistakes/mistake.js';
import type { SettingsTree } from '../references/resolve-references.js';
import type { Places } from '../yaml/places.js';
import { type Finding, validate } from './validate.js';

/** The configuration as it was read, where it is, and what it can name. */
export interface ConfigFile {
  readonly tree: SettingsTree;
  readonly places: Places;
  readonly connectors: Connectors;
  /** The variable that stands for a setting which the file does not have; undefined for all others. */
  variableOf(path: Path): string | undefined;
  /** Absolute. Relative paths start there, and modules of other people's sinks are found from there. */
  readonly folder: string;
}

/** A part of the file, after its own schema has looked at it. */
export interface Part<T> {
  /** Undefined where there are mistakes, and where only the environment can say what it is. */
  readonly value: T | undefined;
  readonly mistakes: readonly Mistake[];
  /** False where some of it waits for the environment. Defaults stand in for that. */
  readonly isCertain: boolean;
}

/**
 * Parses one part of a file. A value whose reference is still open is not judged, unless text cannot stand there
 * whatever the environment holds.
 *
 * @param beside keys that stand beside those of the schema, and belong to others
 */
export async function parsePart<T>(
  schema: StandardSchema<T>,
  written: unknown,
  path: Path,
  file: ConfigFile,
  beside: readonly string[] = [],
): Promise<Part<T>> {
  const result = await validate(schema, written, beside);
  // Safe, here and below: it is what the schema has made.
  if ('value' in result) return { value: result.value as T, mistakes: [], isCertain: true };
  const mistakes = result.findings.flatMap((finding) => mistakeOf(finding, path, file));
  if (mistakes.length > 0) return failedPart(mistakes);
  const value = (await withoutOpen(schema, written, result.findings)) as T | undefined;
  return { value, mistakes: [], isCertain: false };
}

export function failedPart(mistakes: readonly Mistake[]): Part<never> {
  return { value: undefined, mistakes, isCertain: true };
}

/** A mistake in the value at a path, with its place. */
export function mistakeAt({ places }: ConfigFile, path: Path, words: string): Mistake {
  return { path, words, position: places.positionOf(path) };
}

function mistakeOf({ path: inside, words: found, atKey }: Finding, above: Path, file: ConfigFile): Mistake[] {
  const path = [...above, ...inside];
  const isWrongAsText = TEXT_IS_WRONG.test(found);
  if (atKey) return [{ path, words: found, position: file.places.keyPositionOf(path) }];
  if (file.tree.holdsOpen(path) && !isWrongAsText) return [];
  const variable = file.variableOf(path);
  const whyLeftOut = file.tree.whyLeftOut(path);
  if (whyLeftOut !== undefined) {
    return [mistakeAt(file, path, variable === undefined ? whyLeftOut : `${found}, and ${whyLeftOut}`)];
  }
  if (variable !== undefined) return [mistakeAt(file, path, `${found} (what is in ${variable} is taken)`)];
  const words = file.tree.isReference(path) && isWrongAsText ? `${found}; a \${…} always gives text` : found;
  return [mistakeAt(file, path, words)];
}

/** Words for settings that no text can be right for, so that a reference is wrong whatever it holds. */
const TEXT_IS_WRONG = /^must be (true or false|a list|a map|a whole number|a number|false|1)\b/;

/**
 * Values that only the environment can make right are left out until the rest fits; leaving one out may show another
 * that depends on it. Undefined where it cannot be done without them.
 */
async function withoutOpen(
  schema: StandardSchema,
  written: unknown,
  findings: readonly Finding[],
): Promise<unknown> {
  const faults = new Set(findings.map(({ about }) => JSON.stringify(about)));
  const rest = pruned(written, faults, []);
  if (isDeepStrictEqual(rest, written)) return undefined;
  const result = await validate(schema, rest, []);
  return 'value' in result ? result.value : withoutOpen(schema, rest, result.findings);
}

function pruned(value: unknown, faults: ReadonlySet<string>, path: Path): unknown {
  const isKept = (step: PropertyKey) => !faults.has(JSON.stringify([...path, step]));
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (isKept(index) ? [pruned(item, faults, [...path, index])] : []));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => isKept(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, pruned(inner, faults, [...path, key])]));
}
