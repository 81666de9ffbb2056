import { PERIODS, type Period } from './calendar.js';

/** What is added up for the page, by the names that the fields of records have; in parts, see `partsIn`. */
export const MEASURES = [
  'cost_usd',
  'requests',
  'error',
  'hours',
  'tts_characters',
  'tokens_in',
  'tokens_out',
] as const;
export type Measure = (typeof MEASURES)[number];
export type Amounts = Readonly<Partial<Record<Measure, number>>>;
/** Amounts in the order of the measures: of groups, of which there are many, and whose amounts are all known. */
export type Sums = readonly number[];

/** One name of a breakdown, with what it comes to in each period. */
export class Share {
  readonly key: string;
  /** What it was called last. */
  name: string;
  /** Beside the name, where several are called the same: their project. */
  readonly of: string | undefined;
  readonly #sums: Float64Array;

  constructor({ key, name, of }: Named, sums: readonly number[] = []) {
    this.key = key;
    this.name = name;
    this.of = of;
    this.#sums = new Float64Array(PERIODS.length * MEASURES.length);
    this.#sums.set(sums);
  }

  get json(): ShareJson {
    const { key, name, of } = this;
    return { key, name, of, sums: [...this.#sums] };
  }

  amount(period: Period, measure: Measure): number {
    return this.#sums[PERIODS.indexOf(period) * MEASURES.length + MEASURES.indexOf(measure)] ?? 0;
  }

  add(periods: readonly Period[], sums: Sums): void {
    for (let at = 0; at < MEASURES.length; at += 1) {
      const more = sums[at];
      if (!more) continue;
      for (const period of periods) {
        const place = PERIODS.indexOf(period) * MEASURES.length + at;
        this.#sums[place] = (this.#sums[place] ?? 0) + more;
      }
    }
  }
}

/** Who or what an amount is of. */
export interface Named {
  readonly key: string;
  readonly name: string;
  readonly of?: string | undefined;
}

/** As it is kept: by period, and within in the order of the measures. */
export interface ShareJson extends Named {
  readonly sums: readonly number[];
}

/** Keys that no name has. */
export const OTHERS: Named = { key: '\u0000others', name: 'others' };
export const UNTAGGED: Named = { key: '\u0000untagged', name: 'untagged' };

/** Amounts by name and period. */
export class Breakdown {
  readonly #shares: Map<string, Share>;

  constructor(shares: readonly ShareJson[] = []) {
    this.#shares = new Map(shares.map((share) => [share.key, new Share(share, share.sums)]));
  }

  /** What comes later says what it is called. */
  add(named: Named, periods: readonly Period[], sums: Sums): void {
    const share = this.#shares.get(named.key) ?? new Share(named);
    this.#shares.set(named.key, share);
    share.name = named.name;
    share.add(periods, sums);
  }

  get shares(): readonly Share[] {
    return [...this.#shares.values()];
  }

  get json(): readonly ShareJson[] {
    return this.shares.map((share) => share.json);
  }

  /** The largest first; what has no name of its own comes last. */
  ranked(measure: Measure, period: Period = 'month'): readonly Share[] {
    const isLast = ({ key }: Share) => Number(key === UNTAGGED.key) + 2 * Number(key === OTHERS.key);
    return this.shares.toSorted(
      (one, other) =>
        isLast(one) - isLast(other) ||
        other.amount(period, measure) - one.amount(period, measure) ||
        other.amount('all', measure) - one.amount('all', measure) ||
        (one.name < other.name ? -1 : 1),
    );
  }
}

/** Amounts by day or month, of all projects together or of one. */
export type AmountsBy = Map<string, Partial<Record<Measure, number>>>;

/** One measure by name, and within by day or month. */
export type Series = Map<string, Map<string, number>>;

/** What is not known is nothing. */
export function sumsIn(amounts: Amounts): Sums {
  return MEASURES.map((measure) => amounts[measure] ?? 0);
}

export function addAmounts(to: AmountsBy, at: string, amounts: Amounts): void {
  const sums = to.get(at) ?? {};
  to.set(at, sums);
  for (const measure of MEASURES) {
    const more = amounts[measure];
    if (more !== undefined) sums[measure] = (sums[measure] ?? 0) + more;
  }
}
