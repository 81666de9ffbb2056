import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Project } from '../../../src/streams/partition.js';
import { calledAs } from '../../../src/text/called-as.js';
import { counted as countOf } from '../../../src/text/text-table.js';
import type { Day } from '../../../src/time/day.js';
import { inWords } from '../reconciliation/compare.js';
import type { Reconciled } from '../reconciliation/reconciled.js';
import { CALLED } from '../reconciliation/side.js';

/** A day that is over and has fewer requests in the log than usage counts, however it is read. */
export interface UsageDifference {
  readonly project: Project;
  readonly day: Day;
  readonly records: number;
  readonly counted: number;
}

/** Days that are told one by one. */
const MOST_DAYS = 10;

/** Where the log and usage differ in a run, of all its projects: one sentence, however many days it is of. */
export class UsageDifferences {
  readonly #found = new Map<string, UsageDifference>();

  note(difference: UsageDifference): void {
    this.#found.set(`${difference.day} ${difference.project.id}`, difference);
  }

  /** Of days that are reconciled it is said there, and not a second time. */
  tell(findings: Findings, reconciled: Reconciled): void {
    const found = [...this.#found]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, difference]) => difference)
      .filter(({ project, day }) => !reconciled.tells(project.id, day));
    if (found.length === 0) return;
    const each = found.slice(0, MOST_DAYS).map(sentenceOf);
    const more = found.length - each.length;
    const others = more > 0 ? `; and ${countOf(more, 'day')} more` : '';
    const which = found.length === 1 ? 'It was' : 'They were';
    // Nothing of what becomes of them: what they gave may still be kept back.
    findings.warn(
      `${each.join('; ')}${others}. ${which} read twice, the second time page by page, and gave no more.`,
    );
  }
}

/** `2026-11-18 of Support: 2 requests of 5 in usage are not in the request log`. */
export function sentenceOf({ project, day, records, counted }: UsageDifference): string {
  const sides = { counted: { called: CALLED.log }, reported: { called: CALLED.usage, value: counted } };
  const said = inWords({ comparison: 'requests', unit: 'request', ...sides }, records - counted);
  return `${day} of ${calledAs(project)}: ${said}`;
}
