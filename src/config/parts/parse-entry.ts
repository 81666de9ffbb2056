import { z } from 'zod';
import type { StandardSchema } from '../../catalogue/standard-schema.js';
import type { Path } from '../mistakes/mistake.js';
import { type ConfigFile, type Part, parsePart } from './part.js';

/** The type decides what the other settings mean, so that it must be there without the environment. */
export const TYPE_AS_REFERENCE = `must be written out, without \${…}`;

/** The map that an entry must be, with whatever is in it. */
export const ANY_MAP = z.looseObject({});

/** What stands in a source or a sink: what all of its kind have, and what its type has of its own. */
interface Entry<Shared> {
  readonly shared: Shared;
  /** Undefined where only the environment can say them. */
  readonly settings: unknown;
}

/** Parses both, each by its own schema; `type` has been looked at before. */
export async function parseEntry<Shape extends z.ZodRawShape>(
  every: z.ZodObject<Shape>,
  own: StandardSchema = NO_SETTINGS,
  written: Readonly<Record<string, unknown>>,
  path: Path,
  file: ConfigFile,
): Promise<Part<Entry<z.output<z.ZodObject<Shape>>>>> {
  const names = Object.keys(every.shape);
  const beside = ['type', ...names];
  const only = (isWanted: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(written).filter(([key]) => isWanted(key)));
  const ofAll = await parsePart(
    every,
    only((key) => names.includes(key)),
    path,
    file,
  );
  const ofType = await parsePart(
    own,
    only((key) => !beside.includes(key)),
    path,
    file,
    beside,
  );
  const mistakes = [...ofAll.mistakes, ...ofType.mistakes];
  const isWhole = mistakes.length === 0 && ofAll.value !== undefined;
  return {
    value: isWhole ? { shared: ofAll.value, settings: ofType.value } : undefined,
    mistakes,
    isCertain: ofAll.isCertain && ofType.isCertain,
  };
}

const NO_SETTINGS = z.strictObject({});
