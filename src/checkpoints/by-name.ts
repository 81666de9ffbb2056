import { z } from 'zod';

/**
 * An object by names from outside, as a map: a name may be `__proto__`, which `z.record` leaves out.
 */
export function byName<Inner extends z.ZodType>(inner: Inner) {
  return z
    .custom<object>((found) => typeof found === 'object' && found !== null && !Array.isArray(found))
    .transform((found) => new Map<string, unknown>(Object.entries(found)))
    .pipe(z.map(z.string(), inner));
}

/** As JSON in which each entry of a map has a line, and what is in no map stays on its line. */
export function mapText(value: unknown, indent = ''): string {
  if (!(value instanceof Map)) return JSON.stringify(value);
  if (value.size === 0) return '{}';
  const lines = [...value].map(
    ([name, of]) => `${indent}  ${JSON.stringify(name)}: ${mapText(of, `${indent}  `)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** The map of this name in a map of maps; made where there is none. */
export function inner<Value>(maps: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  const found = maps.get(name) ?? new Map<string, Value>();
  maps.set(name, found);
  return found;
}
