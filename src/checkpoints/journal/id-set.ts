/** Ids that are kept in a hash set before they become a sorted run. */
const RECENT = 8_192;

/**
 * A growing set of 64-bit ids in 8 bytes each: a hash set of ten million would take a gigabyte, this takes 80 MB.
 * It is a few sorted runs, each more than twice as long as the next one, so that adding stays cheap and a look-up is
 * a handful of binary searches.
 */
export class IdSet {
  /** Sorted, no id in two of them. */
  readonly #runs: BigUint64Array[];
  #recent = new Set<bigint>();

  /** @param sorted ids in ascending order, none twice; not copied, must not be changed. */
  constructor(sorted: BigUint64Array = new BigUint64Array()) {
    this.#runs = sorted.length === 0 ? [] : [sorted];
  }

  get size(): number {
    return this.#runs.reduce((sum, run) => sum + run.length, this.#recent.size);
  }

  has(id: bigint): boolean {
    return this.#recent.has(id) || this.#runs.some((run) => isIn(run, id));
  }

  add(id: bigint): void {
    if (this.has(id)) return;
    this.#recent.add(id);
    if (this.#recent.size === RECENT) this.#settle(2);
  }

  /** All ids in ascending order. Must not be changed. */
  sorted(): BigUint64Array {
    this.#settle(Number.POSITIVE_INFINITY);
    return this.#runs[0] ?? new BigUint64Array();
  }

  /** Makes the recent ids a run, and one run of the last two while the one before is less than `ratio` times as long. */
  #settle(ratio: number): void {
    if (this.#recent.size > 0) this.#runs.push(BigUint64Array.from(this.#recent).sort());
    this.#recent = new Set();
    for (;;) {
      const [before, last] = this.#runs.slice(-2);
      if (!before || !last || before.length >= ratio * last.length) return;
      this.#runs.splice(-2, 2, merged(before, last));
    }
  }
}

function isIn(run: BigUint64Array, id: bigint): boolean {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = run[middle];
    if (found !== undefined && found < id) low = middle + 1;
    else high = middle;
  }
  return run[low] === id;
}

function merged(one: BigUint64Array, other: BigUint64Array): BigUint64Array {
  const both = new BigUint64Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both.sort();
}
