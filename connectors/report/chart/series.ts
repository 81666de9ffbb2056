/** A line, or a part of bars: a value for each slot, undefined where it is not known. */
export interface Series {
  readonly name: string;
  /** `0` to `5`, or `other`: the color of the name, see {@link colorsOf}. */
  readonly color: string;
  readonly values: readonly (number | undefined)[];
}

/** Series that are told apart in a chart at most; what is smaller is one more, "other". */
const MOST_SERIES = 6;
export const OTHER = 'other';

/**
 * Colors by name, for the names that are shown: the same name keeps its color from month to month, whatever its rank.
 * Where two names want one color, the later in the alphabet takes the next that is free.
 */
export function colorsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<number>();
  const colors = new Map<string, string>();
  for (const name of names.toSorted().slice(0, MOST_SERIES)) {
    let color = hashOf(name) % MOST_SERIES;
    while (taken.has(color)) color = (color + 1) % MOST_SERIES;
    taken.add(color);
    colors.set(name, String(color));
  }
  return colors;
}

/** The largest of these by name, each with its value in each slot, the largest first; then all others together. */
export function largestSeries<Slot extends string>(
  byName: ReadonlyMap<string, ReadonlyMap<Slot, number>>,
  slots: readonly Slot[],
  isKnown: (slot: Slot) => boolean,
): readonly Series[] {
  const sumOf = (values: ReadonlyMap<Slot, number>) =>
    slots.reduce((sum, at) => sum + (values.get(at) ?? 0), 0);
  const ranked = [...byName]
    .map(([name, values]) => ({ name, values, sum: sumOf(values) }))
    .filter(({ sum }) => sum !== 0)
    .sort((one, other) => other.sum - one.sum || (one.name < other.name ? -1 : 1));
  const shown = ranked.slice(0, MOST_SERIES);
  const colors = colorsOf(shown.map(({ name }) => name));
  const series = shown.map(
    ({ name, values }): Series => ({
      name,
      color: colors.get(name) ?? OTHER,
      values: slots.map((slot) => (isKnown(slot) ? (values.get(slot) ?? 0) : undefined)),
    }),
  );
  const rest = ranked.slice(MOST_SERIES);
  if (rest.length === 0) return series;
  const values = slots.map((slot) =>
    isKnown(slot) ? rest.reduce((sum, one) => sum + (one.values.get(slot) ?? 0), 0) : undefined,
  );
  return [...series, { name: OTHER, color: OTHER, values }];
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash;
}
