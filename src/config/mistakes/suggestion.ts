import { closestMatch } from 'leven';

/** ` (did you mean "gzip"?)` where a known word is near enough to what was written, else nothing. */
export function suggestion(written: string, known: readonly string[]): string {
  const furthest = Math.max(1, Math.floor(written.length / 3));
  const near = closestMatch(written.slice(0, LONGEST), known, { maxDistance: furthest });
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}

/** Longer than any word of ours; keeps the comparison cheap. */
const LONGEST = 80;
