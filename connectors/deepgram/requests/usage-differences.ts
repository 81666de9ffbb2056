import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Project } from '../../../src/streams/partition.js';
import { formatCount } from '../../../src/text/text-table.js';
import type { Day } from '../../../src/time/day.js';
import { calledAs } from '../api/deepgram-api.js';

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

  tell(findings: Findings): void {
    const found = [...this.#found].sort(([one], [other]) => (one < other ? -1 : 1));
    const [first, ...others] = found.map(([, difference]) => difference);
    if (first === undefined) return;
    findings.warn(
      others.length === 0 ? `${sentenceOf(first)} ${OF_ONE}` : sentenceOfMany([first, ...others]),
    );
  }
}

/** `requests of Support on 2026-11-18: the request log has 3, and usage counts 5.` */
export function sentenceOf({ project, day, records, counted }: UsageDifference): string {
  return (
    `requests of ${calledAs(project)} on ${day}: the request log has ${formatCount(records)}, and usage counts ` +
    `${formatCount(counted)}.`
  );
}

// Nothing of what becomes of them: what they gave may still be kept back.
const OF_ONE = 'It was read twice, the second time page by page, and gave no more.';

function sentenceOfMany(found: readonly UsageDifference[]): string {
  const each = found
    .slice(0, MOST_DAYS)
    .map(
      ({ project, day, records, counted }) =>
        `${day} of ${calledAs(project)} has ${formatCount(records)} of ${formatCount(counted)}`,
    );
  const more = found.length - each.length;
  return (
    `requests: of ${formatCount(found.length)} days the request log has fewer than usage counts: ${each.join('; ')}` +
    `${more > 0 ? `; and ${formatCount(more)} more` : ''}. They were read twice, the second time page by page, and gave ` +
    'no more.'
  );
}
