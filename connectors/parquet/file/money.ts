import type { Field } from '../../../src/streams/field.js';

/** Digits behind the point of the decimals that dollars are. */
export const MONEY_SCALE = 9;
/** Digits of them in all: the most that 64 bits hold. */
export const MONEY_PRECISION = 18;

/** True for a field of dollars: a decimal, so that sums are exact. */
export function isMoney({ type, unit }: Field): boolean {
  return type === 'real' && unit === 'dollar';
}

const SCALE = 10 ** MONEY_SCALE;
const LARGEST = 10n ** BigInt(MONEY_PRECISION) - 1n;
/** Below it every whole number, and every decimal with as many digits, is one of its own. */
const EXACT = 1e15;

const DIGITS = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/**
 * Dollars as whole billionths, made of the digits that the number is written with and not of the number: 0.1 is
 * 100,000,000 of them. What is between two is rounded to the nearer one, halves away from zero, as databases do when they
 * cast. Undefined where that has more than 18 digits, from a billion dollars on.
 */
export function billionths(value: number): bigint | undefined {
  // A decimal of at most fifteen digits is the shortest one of the number that is nearest to it: where the number is that
  // of so few digits, these are what it is written with.
  const scaled = Math.round(value * SCALE);
  if (Math.abs(scaled) < EXACT && scaled / SCALE === value) return BigInt(scaled);
  const exact = ofDigits(String(value));
  return exact === undefined || exact > LARGEST || exact < -LARGEST ? undefined : exact;
}

function ofDigits(text: string): bigint | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] = DIGITS.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = BigInt(whole + fraction);
  const places = MONEY_SCALE + Number(exponent) - fraction.length;
  const units = places < 0 ? rounded(digits, 10n ** BigInt(-places)) : digits * 10n ** BigInt(places);
  return sign === '-' ? -units : units;
}

function rounded(digits: bigint, divisor: bigint): bigint {
  return (digits + divisor / 2n) / divisor;
}
