import { z } from 'zod';
import type { StandardSchema } from '../../catalogue/standard-schema.js';
import type { Mistake, Path } from '../mistakes/mistake.js';
import { type ConfigFile, type Part, parsePart } from './part.js';

/** The type decides what the other settings mean, so that it must be there without the environment. */
export const TYPE_AS_REFERENCE = `must be written out, without \${…}`;

/** What stands in a source or a sink: what all of its kind have, and what its type has of its own. */
export interface Entry<Shared> {
  readonly shared: Shared | undefined;
  /** Undefined where there are mistakes, and where only the environment can say them. */
  readonly settings: unknown;
  readonly mistakes: readonly Mistake[];
  readonly isCertain: boolean;
}

/** Parses both, each by its own schema; `type` has been looked at before. */
export async function parseEntry<Shape extends z.ZodRawShape>(
  every: z.ZodObject<Shape>,
  own: StandardSchema | undefined,
  written: Readonly<Record<string, unknown>>,
  path: Path,
  file: ConfigFile,
): Promise<Entry<z.output<z.ZodObject<Shape>>>> {
  const names = Object.keys(every.shape);
  const beside = ['type', ...names];
  const shared = await parsePart(
    every,
    only(written, (key) => names.includes(key)),
    path,
    file,
  );
  const rest = only(written, (key) => !beside.includes(key));
  const settings = await parsePart(own ?? NO_SETTINGS, rest, path, file, beside);
  return {
    shared: shared.value,
    settings: settings.value,
    mistakes: [...shared.mistakes, ...settings.mistakes],
    isCertain: shared.isCertain && settings.isCertain,
  };
}

/** The map that an entry must be, with whatever is in it. */
export function parseMap(
  written: unknown,
  path: Path,
  file: ConfigFile,
): Promise<Part<Record<string, unknown>>> {
  return parsePart(z.looseObject({}), written, path, file);
}

export function failedPart(mistakes: readonly Mistake[]): Part<never> {
  return { value: undefined, mistakes, isCertain: true };
}

const NO_SETTINGS = z.strictObject({});

function only(
  written: Readonly<Record<string, unknown>>,
  isWanted: (key: string) => boolean,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(written).filter(([key]) => isWanted(key)));
}
