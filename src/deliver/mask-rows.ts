import type { Batch } from '../catalogue/source.js';
import type { Row, Value } from '../streams/field.js';
import { PARTITION_FIELDS, type Stream } from '../streams/stream.js';

/** Texts that are known to be as they were: most come again and again. */
const MOST_KNOWN = 2_048;

/**
 * Masks the texts of records before any sink gets them: what is exported is a copy of what others wrote, and they may
 * have written down a key of ours. A batch without any is handed on as it is.
 */
export function rowMask(stream: Stream, mask: (text: string) => string): (batch: Batch) => Batch {
  const texts = stream.fields.filter(({ type }) => type === 'string' || type === 'strings');
  const names = texts.map(({ name }) => name);
  // Of what tells records apart nothing comes again.
  const unique = new Set(stream.key.filter((name) => !PARTITION_FIELDS.has(name)));
  const known = new Set<string>();
  const maskedText = (text: string): string => {
    if (known.has(text)) return text;
    const masked = mask(text);
    if (masked !== text) return masked;
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(text);
    return text;
  };
  const maskedValue = (value: Value | undefined, name: string): Value | undefined => {
    if (typeof value === 'string') return unique.has(name) ? mask(value) : maskedText(value);
    if (!Array.isArray(value)) return value;
    const masked = value.map(maskedText);
    return masked.every((text, at) => text === value[at]) ? value : masked;
  };
  const maskedRow = (row: Row): Row => {
    let changed: Record<string, Value> | undefined;
    for (const name of names) {
      const value = row[name];
      const masked = maskedValue(value, name);
      if (masked === value || masked === undefined) continue;
      changed ??= { ...row };
      changed[name] = masked;
    }
    return changed ?? row;
  };
  return (batch) => {
    const rows = batch.map(maskedRow);
    return rows.every((row, at) => row === batch[at]) ? batch : rows;
  };
}
