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
