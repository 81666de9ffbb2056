import type { Field } from '../../../src/streams/field.js';

/**
 * Measures are added up in whole numbers, so that sums are the same in any order and of money no cent drifts: dollars
 * and hours in billionths, seconds in millionths. Nine million dollars, hours, or a thousand years of audio are exact.
 */
export const NANO = 1e9;
export const MICRO = 1e6;

/** How many parts one of the measure is. */
export function partsIn({ type, unit }: Pick<Field, 'type' | 'unit'>): number {
  if (type === 'integer') return 1;
  return unit === 'second' || unit === 'millisecond' ? MICRO : NANO;
}

/** A value of a record in parts; none where the source gave none. */
export function inParts(value: unknown, parts: number): number {
  return typeof value === 'number' ? Math.round(value * parts) : 0;
}
