import { z } from 'zod';
import { suggestion } from './suggestion.js';

/**
 * What is wrong with a value, for settings that do not say it themselves. Never repeats the value. For
 * unknown keys it is one line a key, in their order.
 *
 * @param beside keys that stand beside those of this schema, to be named with them
 */
export function zodMessages(schema: z.ZodType, beside: readonly string[]): z.core.$ZodErrorMap {
  return (issue) => {
    switch (issue.code) {
      case 'invalid_type':
        return messageForType(issue);
      case 'invalid_value':
        return messageForChoice(issue.input, issue.values.map(String));
      case 'unrecognized_keys': {
        const known = [...knownKeys(issue.inst), ...(issue.inst === schema ? beside : [])];
        return issue.keys.map((key) => messageForKey(key, known)).join('\n');
      }
      case 'invalid_union':
        return 'is not one of the forms that this setting can have';
      default:
        return undefined; // zod's own words, which do not repeat it either
    }
  };
}

/** What is said of a setting that must be there begins so. */
export const MISSING = 'is missing';
const UNKNOWN = 'is no setting known here';

function messageForType({ expected, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  if (input === undefined) return MISSING;
  const must = `must be ${typeNames[expected] ?? expected}`;
  if (input === null) return `is empty, and ${must}`;
  return expected === 'string' && typeof input !== 'object' ? `${must}; put it in quotes` : must;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of settings',
  record: 'a map of settings by name',
};

/** Of a setting that has one of these words, and another one or none. */
export function messageForChoice(input: unknown, choices: readonly string[]): string {
  const must = choices.length === 1 ? `must be ${choices[0]}` : `must be one of ${choices.join(', ')}`;
  if (input === undefined) return `${MISSING}: it ${must}`;
  return must + (typeof input === 'string' && choices.length > 1 ? suggestion(input, choices) : '');
}

function messageForKey(key: string, known: readonly string[]): string {
  if (key.includes(':')) return 'is no setting; is a space missing after ":"?';
  const near = suggestion(key, known);
  if (near !== '' || known.length === 0) return UNKNOWN + near;
  return `${UNKNOWN}; there are ${known.join(', ')}`;
}

/** The setting that an unknown key is said to stand for; undefined for all other words. */
export function meantBy(words: string): string | undefined {
  return words.startsWith(UNKNOWN) ? / \(did you mean "(.*)"\?\)$/.exec(words)?.[1] : undefined;
}

function knownKeys(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
