/** A date that is not understood. It is answered in plain text, one of Deepgram's three error shapes. */
export class BadRequest extends Error {}

/** Another parameter that is not understood. It is answered in the shape of newer errors. */
export class InvalidParameter extends Error {}

/** A whole number from the query; a bad one is answered with 400. */
export function wholeNumber(
  query: URLSearchParams,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new InvalidParameter(`${name}: use a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** A value of the query that must be one of some; a bad one is answered with 400. */
export function oneOf<T extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = allowed.find((candidate) => candidate === text);
  if (value === undefined) throw new InvalidParameter(`${name}: use one of ${allowed.join(', ')}.`);
  return value;
}
