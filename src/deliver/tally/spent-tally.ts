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

/** Adds up what the streams that tell of it have spent. */
export class SpentTally {
  readonly #days = new Set<Day>();
  readonly #totals = new Map<Unit, number>();
  readonly #shares = new Map<Unit, Map<string, number>>();

  add({ stream, day }: Partition, { spentOn }: CountedFacts): void {
    const unit = unitOf(stream);
    if (day === null || unit === undefined) return;
    if (stream.spent?.on !== undefined) {
      const shares = this.#shares.get(unit) ?? new Map<string, number>();
      this.#shares.set(unit, shares);
      for (const [name, amount] of spentOn) shares.set(name, (shares.get(name) ?? 0) + amount);
      return;
    }
    this.#days.add(day);
    const amount = [...spentOn.values()].reduce((sum, some) => sum + some, 0);
    this.#totals.set(unit, (this.#totals.get(unit) ?? 0) + amount);
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
