import type { Row } from '../../../src/streams/field.js';

/** A measure of a record; null where there is none, and for NaN and infinities, which Datadog would read as null. */
export function measureOf(row: Row, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A text of a record; null where there is none. */
export function textOf(row: Row, name: string): string | null {
  const value = row[name];
  return typeof value === 'string' ? value : null;
}

/** A list of texts of a record; empty where there is none. */
export function textsOf(row: Row, name: string): readonly string[] {
  const value = row[name];
  return typeof value === 'object' && value !== null ? value : [];
}

/** A sum that is null until a value is added, so that "nothing known" stays apart from zero. */
export function plus(sum: number | null, value: number | null): number | null {
  if (value === null) return sum;
  return (sum ?? 0) + value;
}
