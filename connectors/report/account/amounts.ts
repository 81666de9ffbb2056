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

/** One name of a breakdown, with what it comes to in each period. */
export class Share {
  readonly key: string;
  /** What it was called last. */
  name: string;
  /** Beside the name, where several are called the same: their project. */
  readonly of: string | undefined;
  readonly #sums = new Float64Array(PERIODS.length * MEASURES.length);

  constructor(key: string, name: string, of: string | undefined) {
    this.key = key;
    this.name = name;
    this.of = of;
  }

  amount(period: Period, measure: Measure): number {
    return this.#sums[PERIODS.indexOf(period) * MEASURES.length + MEASURES.indexOf(measure)] ?? 0;
  }

  add(periods: readonly Period[], amounts: Amounts): void {
    for (let at = 0; at < MEASURES.length; at += 1) {
      const more = amounts[MEASURES[at] as Measure]; // safe: as many as there are
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

/** Keys that no name has. */
export const OTHERS: Named = { key: '\u0000others', name: 'others' };
export const UNTAGGED: Named = { key: '\u0000untagged', name: 'untagged' };

/** Amounts by name and period. */
export class Breakdown {
  readonly #shares = new Map<string, Share>();

  /** What comes later says what it is called. */
  add(named: Named, periods: readonly Period[], amounts: Amounts): void {
    const share = this.#shares.get(named.key) ?? new Share(named.key, named.name, named.of);
    this.#shares.set(named.key, share);
    share.name = named.name;
    share.add(periods, amounts);
  }

  get shares(): readonly Share[] {
    return [...this.#shares.values()];
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

/** From a list in the order of the measures. */
export function amountsIn(sums: readonly number[]): Amounts {
  const amounts: Partial<Record<Measure, number>> = {};
  for (const [at, measure] of MEASURES.entries()) amounts[measure] = sums[at] ?? 0;
  return amounts;
}

export function addAmounts(to: AmountsBy, at: string, amounts: Amounts): void {
  const sums = to.get(at) ?? {};
  to.set(at, sums);
  for (const measure of MEASURES) {
    const more = amounts[measure];
    if (more !== undefined) sums[measure] = (sums[measure] ?? 0) + more;
  }
}
