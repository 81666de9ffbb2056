import type { Row } from '../../../src/streams/field.js';
import { excerpt } from '../../../src/text/one-line.js';
import { measureOf, textOf } from '../shared/row-values.js';

/** `listen streaming nova-3 200 in 412 ms, 31.4 s audio, $0.00225`; what is not known is left out. */
export function logMessage(row: Row): string {
  const outcome = measureOf(row, 'code') ?? textOf(row, 'status');
  const what = [textOf(row, 'endpoint'), textOf(row, 'method'), textOf(row, 'model'), outcome];
  const head = what.filter((word) => word !== null).join(' ');
  const amounts = [
    amount(row, 'audio_seconds', TENTHS, (seconds) => `${seconds} s audio`),
    amount(row, 'tts_characters', WHOLE, (characters) => `${characters} characters`),
    amount(row, 'cost_usd', ALL_DIGITS, (dollars) => `$${dollars}`),
  ];
  const latency = amount(row, 'latency_ms', WHOLE, (ms) => ` in ${ms} ms`) ?? '';
  const error = textOf(row, 'error_message');
  const line = [`${head}${latency}`, ...amounts.filter((text) => text !== undefined)].join(', ');
  return error === null ? line : `${line}: ${excerpt(error)}`;
}

const WHOLE = numbers(0);
const TENTHS = numbers(1);
/** Prices are a hundred-thousandth of a dollar and less; JavaScript's own text would have an exponent. */
const ALL_DIGITS = numbers(12);

function numbers(maximumFractionDigits: number): Intl.NumberFormat {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits, useGrouping: false });
}

function amount(
  row: Row,
  field: string,
  format: Intl.NumberFormat,
  phrase: (text: string) => string,
): string | undefined {
  const value = measureOf(row, field);
  return value === null ? undefined : phrase(format.format(value));
}
