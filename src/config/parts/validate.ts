import { z } from 'zod';
import type { StandardIssue, StandardResult, StandardSchema } from '../../catalogue/standard-schema.js';
import type { Path } from '../mistakes/mistake.js';
import { zodMessages } from '../mistakes/zod-messages.js';
import { isMap } from './map.js';

/** What a schema makes of a value, or has against it. */
export type Validated = { readonly value: unknown } | { readonly findings: readonly Finding[] };

/** One thing that is wrong with a value; paths begin at that. */
export interface Finding {
  readonly path: Path;
  /** The path of what is wrong as a whole; it ends earlier where the value has one of several forms. */
  readonly about: Path;
  readonly words: string;
  /** True where the key is wrong and not its value. */
  readonly atKey: boolean;
}

/**
 * Asks a schema of any library; those of zod say what is wrong in our words.
 *
 * @param beside keys that stand beside those of the schema, and belong to others
 */
export async function validate(
  schema: StandardSchema,
  value: unknown,
  beside: readonly string[],
): Promise<Validated> {
  if (schema instanceof z.ZodType) {
    const result = await schema.safeParseAsync(value, { error: zodMessages(schema, beside) });
    if (result.success) return { value: result.data };
    return {
      findings: result.error.issues.flatMap((issue) =>
        findings(issue, []).map((finding) => ({ ...finding, about: issue.path })),
      ),
    };
  }
  const result = await standardResult(schema, withoutUndefined(value));
  return result.issues === undefined ? { value: result.value } : { findings: result.issues.map(findingOf) };
}

/** Some libraries know a key that is not there, and none without a value. */
function withoutUndefined(value: unknown): unknown {
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}

/** A schema that throws has not found the value right either. */
async function standardResult(schema: StandardSchema, value: unknown): Promise<StandardResult<unknown>> {
  try {
    return await schema['~standard'].validate(value);
  } catch (error) {
    return { issues: [{ message: `cannot be checked: ${error instanceof Error ? error.message : error}` }] };
  }
}

function findingOf({ path: steps = [], message: words }: StandardIssue): Finding {
  const path = steps.map((step) => (typeof step === 'object' ? step.key : step));
  return { path, about: path, words, atKey: false };
}

function findings(issue: z.core.$ZodIssue, above: Path): Omit<Finding, 'about'>[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      words: lines[index] ?? issue.message,
      atKey: true,
    }));
  }
  if (issue.code === 'invalid_key') {
    const words = issue.issues[0]?.message ?? issue.message;
    return [{ path, words, atKey: true }];
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((issues) => issues.every(fitsTheForm));
    if (meant !== undefined) return meant.flatMap((inner) => findings(inner, path));
    return [{ path, words: issue.message + nearestIn(issue.errors.flat()), atKey: false }];
  }
  return [{ path, words: issue.message, atKey: false }];
}

/** False for an issue that shows that another branch of the union was meant. */
function fitsTheForm(issue: z.core.$ZodIssue): boolean {
  const isAboutTheWhole = issue.path.length === 0;
  return !(isAboutTheWhole && (issue.code === 'invalid_type' || issue.code === 'invalid_value'));
}

/** The suggestion that one of the branches has. */
function nearestIn(issues: readonly z.core.$ZodIssue[]): string {
  const found = issues.map(({ message }) => / \(did you mean .*\)$/.exec(message)?.[0]);
  return found.find((near) => near !== undefined) ?? '';
}
