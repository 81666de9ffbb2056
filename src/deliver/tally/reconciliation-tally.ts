import type {
  DayComparisons,
  Reconciliation,
  UnexplainedDifference,
} from '../../catalogue/reconciliation.js';
import type { Day } from '../../time/day.js';

/** What was compared so far, as plain data. */
export interface ComparedSoFar extends DayComparisons {
  readonly days: readonly Day[];
  /** Ids of projects. */
  readonly projects: readonly string[];
}

export const COMPARED_NOTHING: ComparedSoFar = {
  days: [],
  projects: [],
  equal: 0,
  explained: 0,
  unknown: 0,
  unexplained: [],
};

/** Adds up what comparisons came to. */
export class ReconciliationTally {
  readonly #days = new Set<Day>();
  readonly #projects = new Set<string>();
  readonly #counts = { equal: 0, explained: 0, unknown: 0 };
  readonly #unexplained: UnexplainedDifference[] = [];

  add(projectId: string, day: Day, comparisons: DayComparisons): void {
    this.addAll({ ...comparisons, days: [day], projects: [projectId] });
  }

  /** Adds what was added up elsewhere. */
  addAll({ days, projects, equal, explained, unknown, unexplained }: ComparedSoFar): void {
    for (const day of days) this.#days.add(day);
    for (const project of projects) this.#projects.add(project);
    this.#counts.equal += equal;
    this.#counts.explained += explained;
    this.#counts.unknown += unknown;
    for (const difference of unexplained) this.#unexplained.push(difference);
  }

  soFar(): ComparedSoFar {
    return {
      days: [...this.#days],
      projects: [...this.#projects],
      ...this.#counts,
      unexplained: this.#unexplained,
    };
  }

  /** Undefined where nothing was compared. */
  result(): Reconciliation | undefined {
    if (this.#days.size === 0) return undefined;
    const keyOf = ({ date, project }: UnexplainedDifference) => `${date} ${project}`;
    const unexplained = this.#unexplained.toSorted((one, other) =>
      keyOf(one) < keyOf(other) ? -1 : Number(keyOf(one) > keyOf(other)),
    );
    return { days: this.#days.size, projects: this.#projects.size, ...this.#counts, unexplained };
  }
}
