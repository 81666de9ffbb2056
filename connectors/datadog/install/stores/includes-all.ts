import { isObject, type Json } from '../../shared/json.js';

/**
 * True where everything that is wanted is there. Datadog adds ids and defaults of its own, which do not count; lists
 * have the same items in the same order, but for `tags`, which are a set.
 */
export function holds(there: Json | undefined, wanted: Json, name = ''): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(there)) return false;
    if (name === 'tags') return wanted.every((tag) => there.includes(tag));
    return there.length === wanted.length && wanted.every((item, i) => holds(there[i], item));
  }
  if (!isObject(wanted)) return there === wanted;
  if (!isObject(there)) return false;
  return Object.entries(wanted).every(([key, value]) => holds(there[key], value, key));
}
