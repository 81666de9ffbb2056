import type { Unit } from '../../streams/field.js';
import type { Partition } from '../../streams/partition.js';
import type { Stream } from '../../streams/stream.js';
import type { Day } from '../../time/day.js';
import type { CountedFacts } from '../counted-facts.js';

/** What was spent on the days that a run has read: of others it is not asked. */
export interface Spent {
  readonly days: number;
  /** Null where no total of dollars, or of hours, was read. */
  readonly cost_usd: number | null;
  readonly hours: number | null;
  /** What most of it was spent on: of dollars, and of hours where these have no breakdown. Null where nothing says. */
  readonly largest: {
    readonly name: string;
    readonly unit: 'dollar' | 'hour';
    readonly amount: number;
    readonly share_percent: number;
  } | null;
}

/** What was added up, as plain data: the days, and by unit what was spent in all and on what. */
export interface SpentSoFar {
  readonly days: readonly Day[];
  readonly totals: readonly (readonly [Unit, number])[];
  readonly shares: readonly (readonly [Unit, readonly (readonly [name: string, amount: number])[]])[];
}

/** Adds up what the streams that tell of it have spent. */
export class SpentTally {
  readonly #days = new Set<Day>();
  readonly #totals = new Map<Unit, number>();
  readonly #shares = new Map<Unit, Map<string, number>>();

  add({ stream, day }: Partition, { spentOn }: CountedFacts): void {
    const unit = unitOf(stream);
    if (day === null || unit === undefined) return;
    if (stream.spent?.on !== undefined) {
      this.#addShares(unit, spentOn);
      return;
    }
    this.#days.add(day);
    this.#addTotal(
      unit,
      [...spentOn.values()].reduce((sum, some) => sum + some, 0),
    );
  }

  /** Adds what was added up elsewhere. */
  addAll({ days, totals, shares }: SpentSoFar): void {
    for (const day of days) this.#days.add(day);
    for (const [unit, amount] of totals) this.#addTotal(unit, amount);
    for (const [unit, of] of shares) this.#addShares(unit, of);
  }

  soFar(): SpentSoFar {
    return {
      days: [...this.#days],
      totals: [...this.#totals],
      shares: [...this.#shares].map(([unit, shares]) => [unit, [...shares]]),
    };
  }

  /** Undefined where nothing was read that tells of it. */
  result(): Spent | undefined {
    if (this.#totals.size === 0) return undefined;
    return {
      days: this.#days.size,
      cost_usd: roundedAmount(this.#totals.get('dollar')),
      hours: roundedAmount(this.#totals.get('hour')),
      largest: this.#largest('dollar') ?? this.#largest('hour'),
    };
  }

  #addTotal(unit: Unit, amount: number): void {
    this.#totals.set(unit, (this.#totals.get(unit) ?? 0) + amount);
  }

  #addShares(unit: Unit, some: Iterable<readonly [name: string, amount: number]>): void {
    const shares = this.#shares.get(unit) ?? new Map<string, number>();
    this.#shares.set(unit, shares);
    for (const [name, amount] of some) shares.set(name, (shares.get(name) ?? 0) + amount);
  }

  #largest(unit: 'dollar' | 'hour'): Spent['largest'] {
    const shares = [...(this.#shares.get(unit) ?? [])];
    const total = shares.reduce((sum, [, amount]) => sum + amount, 0);
    const [first] = shares.sort(([, one], [, other]) => other - one);
    if (first === undefined || total <= 0) return null;
    const [name, amount] = first;
    const share_percent = Math.round((1_000 * amount) / total) / 10;
    return { name, unit, amount: roundedAmount(amount) ?? 0, share_percent };
  }
}

function unitOf({ spent, fields }: Stream): Unit | undefined {
  return fields.find(({ name }) => name === spent?.measure)?.unit;
}

/** To the millionth, as sums of binary fractions are no nearer. */
export function roundedAmount(amount: number | null | undefined): number | null {
  return amount === undefined || amount === null ? null : Math.round(amount * 1e6) / 1e6;
}
