import { type TagSet, tagKey, tagSet } from '../../shared/tags.js';

/** Tag sets of records, held to a number of them. */
export interface SeriesLimit {
  /** What a record gets whose tags are these; every call counts as one record. */
  limited(wanted: TagSet): TagSet;
  /** How many records have `other` for a tag, by the name of the tag. */
  readonly folded: ReadonlyMap<string, number>;
}

/** From here on tags are folded; the rest is for what folded records come to. */
const UNFOLDED_SHARE = 0.9;
const OTHER = 'other';

/**
 * Whoever comes first keeps its tags. When nine tenths of the room are taken, a tag set that was not seen yet gets
 * `other` for the tag with the most values so far; when there is no room at all, for as many tags as it takes.
 *
 * What a record gets depends on it and on those before it, and so on nothing that comes later in the day: the same
 * records in the same order get the same tags, and a day that grows at its end keeps those it has.
 *
 * @param fixed tags that all records have: they are never folded
 * @param most tag sets that there may be; at least 1
 */
export function seriesLimit(fixed: readonly string[], most: number): SeriesLimit {
  const unfolded = Math.floor(most * UNFOLDED_SHARE);
  const isFixed = new Set(fixed);
  const taken = new Map<string, TagSet>();
  const folded = new Map<string, number>();
  // By identity: most records come with the same object as one before them.
  const decisions = new WeakMap<TagSet, Decision>();
  let order: readonly string[] | undefined;

  const decide = (wanted: TagSet): Decision => {
    if (taken.has(wanted.key) || taken.size < unfolded) return { set: take(wanted), names: [] };
    order ??= widestFirst([...taken.values(), wanted], isFixed);
    let set = wanted;
    const names: string[] = [];
    for (const name of order) {
      set = fold(set, name, isFixed);
      names.push(name);
      // One place is left for what has all of them folded.
      if (taken.has(set.key) || taken.size < most - 1) break;
    }
    return { set: take(set), names };
  };
  const take = (set: TagSet): TagSet => {
    const known = taken.get(set.key) ?? set;
    taken.set(set.key, known);
    return known;
  };

  return {
    folded,
    limited: (wanted) => {
      let decision = decisions.get(wanted);
      if (decision === undefined) {
        decision = decide(wanted);
        decisions.set(wanted, decision);
      }
      for (const name of decision.names) folded.set(name, (folded.get(name) ?? 0) + 1);
      return decision.set;
    },
  };
}

interface Decision {
  readonly set: TagSet;
  /** Tags that were folded for it. */
  readonly names: readonly string[];
}

/** Names of the tags by the number of their values, where several values of a record count as one. */
function widestFirst(sets: readonly TagSet[], isFixed: ReadonlySet<string>): readonly string[] {
  const values = new Map<string, Set<string>>();
  for (const { tags } of sets) {
    const ofSet = new Map<string, string>();
    for (const tag of tags) {
      if (!isFixed.has(tag)) ofSet.set(tagKey(tag), `${ofSet.get(tagKey(tag)) ?? ''},${tag}`);
    }
    for (const [name, value] of ofSet) values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  const widths = [...values].map(([name, { size }]) => ({ name, size }));
  return widths.sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}

function fold({ tags }: TagSet, name: string, isFixed: ReadonlySet<string>): TagSet {
  return tagSet(tags.map((tag) => (tagKey(tag) === name && !isFixed.has(tag) ? `${name}:${OTHER}` : tag)));
}
