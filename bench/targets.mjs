/*
 * What the program is to reach. A target is judged, and printed as met or missed; it never decides how the benchmarks
 * end, since a busy machine is no fault of the program.
 */

/** @param {{ median: number, min: number, max: number }} found */
export function atMost(limit, unit, what, found) {
  return { what, unit, limit: `≤ ${limit} ${unit}`, found, met: found.median <= limit };
}

export function atLeast(limit, unit, what, found) {
  return { what, unit, limit: `≥ ${limit} ${unit}`, found, met: found.median >= limit };
}
