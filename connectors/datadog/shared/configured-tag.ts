import type { z } from 'zod';
import { text } from '../../../src/config/settings/setting-types.js';
import { MAX_CHARACTERS } from './tags.js';

/**
 * A tag that somebody has written into the configuration. What Datadog says a tag must be, it must be; only what Datadog
 * turns into something else that still tells the same, capitals and spaces, is turned so for it.
 * @see https://docs.datadoghq.com/getting_started/tagging/#define-tags
 */
export function configuredTag(): z.ZodString {
  return text()
    .refine((tag) => /^\p{L}/u.test(tag), 'must start with a letter: Datadog takes no other tag')
    .refine(
      (tag) => tag === '' || /[\p{L}\p{Nd}./-]$/u.test(tag),
      'must end with a letter, a digit, "-", "." or "/": Datadog removes anything else from the end of a tag',
    )
    .refine(
      (tag) => [...tag].length <= MAX_CHARACTERS,
      `must have at most ${MAX_CHARACTERS} characters: Datadog cuts a tag there`,
    );
}
