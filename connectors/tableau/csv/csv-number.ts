/** The digits that JavaScript would print, never with an exponent: `1e-7` is `0.0000001`, `1e21` is all its zeros. */
export function plainDigits(value: number): string {
  const size = Math.abs(value);
  if ((size >= 1e-6 && size < 1e21) || value === 0) return String(value);
  const [mantissa = '', exponent] = value.toExponential().split('e');
  return shifted(mantissa, Number(exponent));
}

/**
 * The same, with a `.0` behind a whole number: Tableau guesses a column's type from its first 1,024 rows, and one
 * that begins with whole numbers would lose the fractions that follow.
 */
export function realDigits(value: number): string {
  const digits = plainDigits(value);
  return Number.isInteger(value) ? `${digits}.0` : digits;
}

/** `1.5` and -7 are `0.00000015`: the decimal point moved by so many places. */
function shifted(mantissa: string, places: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  // Only from 1e21 up and below 1e-6 is it asked for, so the point always leaves the digits.
  return places < 0
    ? `${sign}0.${'0'.repeat(-places - whole.length)}${whole}${fraction}`
    : `${sign}${whole}${fraction.padEnd(places, '0')}`;
}
