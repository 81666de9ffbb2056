/**
 * Of several runs: the one in the middle, and how far they lie apart.
 *
 * @param {readonly number[]} values at least one
 */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** The spread of one figure of each run. */
export function spreadBy(runs, figure) {
  return spreadOf(runs.map(figure));
}

/** The spread of what two programs that ran in the same rounds are to each other, round by round. */
export function spreadOfPairs(runs, others, compare) {
  return spreadOf(runs.map((run, round) => compare(run, others[round])));
}
