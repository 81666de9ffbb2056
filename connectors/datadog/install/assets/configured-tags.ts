import { DIMENSIONS, type Dimension } from '../../shared/dimensions.js';
import { normalizeTag } from '../../shared/tags.js';

/**
 * The keys of configured tags that queries can name: `env` of `env:prod`. A tag without a key has none, and a key
 * with other characters than letters, digits and underscores cannot be the name of a variable. Those of dimensions are
 * left out: they have a variable already, or tell series apart that belong together.
 */
export function tagKeysOf(
  tags: readonly string[],
  table: readonly Dimension[] = DIMENSIONS,
): readonly string[] {
  const keys = tags.map(normalizeTag).flatMap((tag) => /^([a-z][a-z0-9_]*):./.exec(tag)?.[1] ?? []);
  const taken = new Set(table.map(({ key }) => key));
  return [...new Set(keys)].filter((key) => !taken.has(key)).sort();
}
