import type { Field } from '../../../src/streams/field.js';
import { PARTITION_FIELDS, type Stream } from '../../../src/streams/stream.js';
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

/** The fields that the folders say as well: an engine that reads them there skips the days that are not asked for. */
export function folderFields({ fields, partitionedBy }: Stream): readonly Field[] {
  const isDaily = partitionedBy === 'day';
  return fields.filter(({ name }) => PARTITION_FIELDS.has(name) && (isDaily || name === 'project_id'));
}
