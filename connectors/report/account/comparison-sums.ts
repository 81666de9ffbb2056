import type { Day } from '../../../src/time/day.js';
import type { Verdict } from '../../deepgram/streams/reconciliation.js';
import type { ComparedDay, ComparedRow } from '../totals/entry.js';
import { inParts, NANO } from '../totals/measure-parts.js';

/** What one comparison came to over days and projects. */
export interface ComparisonCounts extends Record<Verdict, number> {
  readonly comparison: string;
  readonly unit: string;
  /** The smallest and the largest tolerance of a day. */
  tolerance: readonly [least: number, largest: number];
}

/** A difference that nothing explains. */
export interface Unexplained extends ComparedRow {
  readonly day: Day;
  readonly project: string;
}

/** Days on which the same was said of a comparison that does not agree, or of which nothing can be said. */
export interface SaidOfDays {
  readonly comparison: string;
  readonly unit: string;
  readonly verdict: string;
  readonly explanation: string;
  days: number;
  first: Day;
  last: Day;
  /** Of all these days, in billionths. */
  difference: number;
}

/** As it is kept of a month. */
export interface ComparisonSumsJson {
  readonly counts: readonly ComparisonCounts[];
  readonly unexplained: readonly Unexplained[];
  readonly said: readonly SaidOfDays[];
}

/** Adds up the reconciliation: what agrees, what is explained and how, and what is not. */
export class ComparisonSums {
  readonly #counts = new Map<string, ComparisonCounts>();
  readonly #said = new Map<string, SaidOfDays>();
  readonly #unexplained: Unexplained[] = [];

  addDay(day: Day, project: string, { equal, others }: ComparedDay): void {
    for (const [comparison, unit, tolerance] of equal)
      this.#countsOf(comparison, unit, [tolerance, tolerance]).equal += 1;
    for (const row of others) {
      const { comparison, unit, tolerance, verdict: said, explanation } = row;
      const verdict = verdictIn(said);
      this.#countsOf(comparison, unit, [tolerance, tolerance])[verdict] += 1;
      if (verdict === 'unexplained') this.#unexplained.push({ ...row, day, project });
      else {
        const of = { comparison, unit, verdict, explanation: explanation ?? '' };
        this.#say({ ...of, days: 1, first: day, last: day, difference: inParts(row.difference, NANO) });
      }
    }
  }

  add({ counts, unexplained, said }: ComparisonSumsJson): void {
    for (const { comparison, unit, tolerance, ...more } of counts) {
      const known = this.#countsOf(comparison, unit, tolerance);
      for (const verdict of VERDICTS) known[verdict] += more[verdict];
    }
    this.#unexplained.push(...unexplained);
    for (const one of said) this.#say(one);
  }

  sums(): ComparisonSumsJson {
    return {
      counts: [...this.#counts.values()],
      unexplained: this.#unexplained,
      said: [...this.#said.values()],
    };
  }

  #countsOf(comparison: string, unit: string, [least, largest]: readonly [number, number]): ComparisonCounts {
    const known = this.#counts.get(comparison) ?? {
      comparison,
      unit,
      tolerance: [least, largest],
      ...{ equal: 0, explained: 0, unexplained: 0, unknown: 0 },
    };
    this.#counts.set(comparison, known);
    known.tolerance = [Math.min(known.tolerance[0], least), Math.max(known.tolerance[1], largest)];
    return known;
  }

  #say(more: SaidOfDays): void {
    const key = JSON.stringify([more.comparison, more.verdict, more.explanation]);
    const known = this.#said.get(key);
    if (known === undefined) {
      this.#said.set(key, { ...more });
      return;
    }
    known.days += more.days;
    known.difference += more.difference;
    if (more.first < known.first) known.first = more.first;
    if (more.last > known.last) known.last = more.last;
  }
}

const VERDICTS = ['equal', 'explained', 'unexplained', 'unknown'] as const satisfies readonly Verdict[];

/** Of an archive that somebody else has written, nothing else is known. */
function verdictIn(text: string): Verdict {
  return VERDICTS.find((verdict) => verdict === text) ?? 'unknown';
}
