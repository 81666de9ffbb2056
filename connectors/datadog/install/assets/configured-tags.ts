import { normalizeTag } from '../../shared/tags.js';

/** Keys that the sink sets itself: they have a variable already, or tell series apart that belong together. */
const OWN_KEYS = new Set([
  'project',
  'project_id',
  'endpoint',
  'method',
  'model',
  'status',
  'deployment',
  'api_key',
  'request_tags',
  'line_item',
  'feature_set',
  'balance_id',
  'units',
]);

/**
 * The keys of configured tags that queries can name: `env` of `env:prod`. A tag without a key has none, and a key
 * with other characters than letters, digits and underscores cannot be the name of a variable.
 */
export function tagKeysOf(tags: readonly string[]): readonly string[] {
  const keys = tags.map(normalizeTag).flatMap((tag) => /^([a-z][a-z0-9_]*):./.exec(tag)?.[1] ?? []);
  return [...new Set(keys)].filter((key) => !OWN_KEYS.has(key)).sort();
}
