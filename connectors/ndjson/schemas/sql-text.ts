import type { Stream } from '../../../src/streams/stream.js';
import { oneLine } from '../../../src/text/one-line.js';

/** A name in SQL: field names such as `date` and `method` are words of some engine's own. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The first line of a statement: what it is about. */
export function titleOf({ name, description }: Stream): string {
  return `-- ${oneLine(`${name}: ${description}`)}.`;
}
