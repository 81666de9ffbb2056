import type { Day } from '../../../src/time/day.js';

/** Days of projects that were compared, so that what differs there is said. */
export class Reconciled {
  readonly #days = new Set<string>();

  note(project: string, day: Day): void {
    this.#days.add(`${day} ${project}`);
  }

  tells(project: string, day: Day): boolean {
    return this.#days.has(`${day} ${project}`);
  }
}
