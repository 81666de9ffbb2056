import { z } from 'zod';
import { suggestion } from './suggestion.js';

/**
 * What is wrong with a value, for settings that do not say it themselves. Never repeats the value. For
 * unknown keys it is one line a key, in their order.
 */
export function zodMessage(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return messageForType(issue);
    case 'invalid_value':
      return messageForChoice(issue.input, issue.values.map(String));
    case 'unrecognized_keys':
      return issue.keys.map((key) => messageForKey(key, knownKeys(issue.inst))).join('\n');
    case 'invalid_union':
      return issue.discriminator === undefined
        ? 'is not one of the forms that this setting can have'
        : messageForChoice(property(issue.input, issue.discriminator), optionsOf(issue.options));
    default:
      return 'is not valid';
  }
}

function messageForType({ expected, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  if (input === undefined) return 'is missing';
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

function messageForChoice(input: unknown, choices: readonly string[]): string {
  const must = choices.length === 1 ? `must be ${choices[0]}` : `must be one of ${choices.join(', ')}`;
  if (input === undefined) return `is missing: it ${must}`;
  return must + (typeof input === 'string' && choices.length > 1 ? suggestion(input, choices) : '');
}

function optionsOf(options: unknown): readonly string[] {
  return Array.isArray(options) ? options.map(String) : [];
}

function messageForKey(key: string, known: readonly string[]): string {
  if (key.includes(':')) return 'is no setting; is a space missing after ":"?';
  const near = suggestion(key, known);
  if (near !== '' || known.length === 0) return `is no setting known here${near}`;
  return `is no setting known here; there are ${known.join(', ')}`;
}

function knownKeys(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
