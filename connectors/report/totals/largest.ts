/** Groups of a dimension that are kept of a day; the others are added up. */
export const MOST_GROUPS = 200;
/** Groups that are told apart while a day is added up. Beyond it the smaller half is put together at once. */
const MOST_AT_ONCE = 20_000;

/** Sums of one group, in an order of their own. */
export type Sums = number[];

/** The groups of a dimension by their keys, and what is left of the smaller ones. */
export interface Largest<Group> {
  readonly groups: readonly (readonly [group: Group, sums: Sums])[];
  /** How many groups are added up in `sums`; the groups themselves are not known any more. */
  readonly others?: { readonly groups: number; readonly sums: Sums };
}

/** Adds up by group, and keeps the largest: those of the first sum, and of the next where that is the same. */
export class GroupSums<Group> {
  readonly #width: number;
  readonly #groups = new Map<string, { readonly group: Group; readonly sums: Sums }>();
  #folded = 0;
  #others: Sums;

  /** @param width how many sums each group has; the first counts most where groups are ranked */
  constructor(width: number) {
    this.#width = width;
    this.#others = new Array(width).fill(0);
  }

  /** A group with its sums, to be added to at once: they may be put together with others by the next call. */
  of(key: string, make: () => Group): { readonly group: Group; readonly sums: Sums } {
    const known = this.#groups.get(key);
    if (known) return known;
    if (this.#groups.size >= MOST_AT_ONCE) this.#fold(MOST_AT_ONCE / 2);
    const made = { group: make(), sums: new Array<number>(this.#width).fill(0) };
    this.#groups.set(key, made);
    return made;
  }

  /** Ends it. */
  largest(): Largest<Group> {
    if (this.#groups.size > MOST_GROUPS) this.#fold(MOST_GROUPS);
    const groups = this.#ranked().map(([, { group, sums }]) => [group, sums] as const);
    return this.#folded === 0 ? { groups } : { groups, others: { groups: this.#folded, sums: this.#others } };
  }

  #ranked() {
    return [...this.#groups].sort(([oneKey, one], [otherKey, other]) => {
      for (let at = 0; at < this.#width; at += 1) {
        const more = Math.abs(other.sums[at] ?? 0) - Math.abs(one.sums[at] ?? 0);
        if (more !== 0) return more;
      }
      return oneKey < otherKey ? -1 : 1;
    });
  }

  #fold(keep: number): void {
    for (const [key, { sums }] of this.#ranked().slice(keep)) {
      this.#groups.delete(key);
      this.#folded += 1;
      this.#others = this.#others.map((sum, at) => sum + (sums[at] ?? 0));
    }
  }
}
