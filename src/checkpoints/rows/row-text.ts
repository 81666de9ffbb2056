import type { StateRow } from '../../catalogue/state-row.js';
import { stateDamaged } from '../file/read-document.js';

/** The name of one thing, of the names of what it is about. */
export function rowName(...names: readonly (string | null)[]): string {
  return JSON.stringify(names);
}

/** What a row says, as text: JSON has U+0000 as an escape. */
export function rowText(value: unknown): string {
  return JSON.stringify(value);
}

/** Undefined where it is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws ExportError `STATE_REFUSED` where it is no JSON */
export function parsedRow({ kind, name, part, value }: StateRow, place: string): unknown {
  const found = jsonIn(value);
  if (found === undefined) throw stateDamaged(place, `${kind} ${name}${part === 0 ? '' : ` (${part})`}`);
  return found;
}
