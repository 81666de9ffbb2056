import { isJsonObject, type Json } from './json-object.js';

/**
 * True where everything that is wanted is there. A server adds ids and defaults of its own, which do not count; lists
 * have the same items in the same order, but for `tags`, which are a set.
 */
export function includesAll(current: Json | undefined, wanted: Json, name = ''): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(current)) return false;
    if (name === 'tags') return wanted.every((tag) => current.includes(tag));
    return current.length === wanted.length && wanted.every((item, i) => includesAll(current[i], item));
  }
  if (!isJsonObject(wanted)) return current === wanted;
  if (!isJsonObject(current)) return false;
  return Object.entries(wanted).every(([key, value]) => includesAll(current[key], value, key));
}
