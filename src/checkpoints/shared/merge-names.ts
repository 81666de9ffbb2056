import { isDeepStrictEqual } from 'node:util';
import type { Versions } from './merge-days.js';

/** Name by name: what I did not change is theirs, and what we both changed is mine. */
export function mergeNames<Value>({
  base,
  mine,
  theirs,
}: Versions<ReadonlyMap<string, Value>>): Map<string, Value> {
  const merged = new Map(theirs);
  for (const name of new Set([...base.keys(), ...mine.keys()])) {
    const value = mine.get(name);
    if (isDeepStrictEqual(value, base.get(name))) continue;
    if (value === undefined) merged.delete(name);
    else merged.set(name, value);
  }
  return merged;
}
