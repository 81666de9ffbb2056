import type { Reconciliation, UnexplainedDifference } from '../../../src/catalogue/reconciliation.js';
import type { Day } from '../../../src/time/day.js';
import type { ReconciliationRow, Verdict } from '../streams/reconciliation.js';

/** What the comparisons of a run came to, of all its projects. */
export class Reconciled {
  readonly #days = new Set<string>();
  readonly #projects = new Set<string>();
  readonly #compared = new Set<string>();
  readonly #counts: Record<Verdict, number> = { equal: 0, explained: 0, unexplained: 0, unknown: 0 };
  readonly #unexplained: UnexplainedDifference[] = [];

  /** @param says the difference in words */
  note(row: ReconciliationRow & { readonly verdict: Verdict }, says: string): void {
    const { project_id: project, date, comparison, counted, reported, difference, verdict } = row;
    this.#days.add(date);
    this.#projects.add(project);
    this.#compared.add(`${date} ${project}`);
    this.#counts[verdict] += 1;
    if (verdict !== 'unexplained' || counted === null || reported === null || difference === null) return;
    const { difference_percent } = row;
    this.#unexplained.push({
      date,
      project,
      comparison,
      counted,
      reported,
      difference,
      difference_percent,
      says,
    });
  }

  /** True where that day of the project was compared, so that what differs is said. */
  tells(project: string, day: Day): boolean {
    return this.#compared.has(`${day} ${project}`);
  }

  /** Undefined where nothing was compared. */
  result(): Reconciliation | undefined {
    if (this.#days.size === 0) return undefined;
    const { equal, explained, unknown } = this.#counts;
    const keyOf = ({ date, project }: UnexplainedDifference) => `${date} ${project}`;
    const unexplained = this.#unexplained.toSorted((one, other) =>
      keyOf(one) < keyOf(other) ? -1 : Number(keyOf(one) > keyOf(other)),
    );
    return { days: this.#days.size, projects: this.#projects.size, equal, explained, unknown, unexplained };
  }
}
