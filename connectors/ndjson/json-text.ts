import type { FieldType, Value } from '../../src/streams/field.js';
import { storableText } from '../../src/text/storable-text.js';

/** Digits without a point, with or without an exponent behind them. */
const WITHOUT_POINT = /^(-?\d+)(?=e|$)/;

/**
 * A value as JSON that databases take: what they refuse in a text becomes U+FFFD, and a real has a point (`10.0`), so that
 * no reader takes a column of reals for one of whole numbers.
 */
export function jsonText(value: Value, type: FieldType): string {
  if (typeof value === 'string') return JSON.stringify(storableText(value));
  if (typeof value === 'number' && type === 'real')
    return JSON.stringify(value).replace(WITHOUT_POINT, '$1.0');
  if (typeof value === 'object' && value !== null)
    return `[${value.map((item) => jsonText(item, 'string')).join(',')}]`;
  return JSON.stringify(value);
}
