import type { Reconciliation, UnexplainedDifference } from '../catalogue/reconciliation.js';
import type { RunResult } from '../deliver/run.js';
import { namesById } from '../text/called-as.js';
import { counted } from '../text/text-table.js';
import type { Summary } from './summary.js';

/** What a difference may be that nothing explains. */
export interface DifferenceLimit {
  /** Of what is reported. */
  readonly percent: number;
  /** Names of the streams that are compared. */
  readonly inputs: readonly string[];
}

/** Whether what was read adds up to within so many percent. */
export type DifferenceCheck = 'within' | 'exceeded' | 'unknown';

/** Days that are told one by one; all are in the summary that programs read, and in the records. */
const MOST = 3;

/**
 * Holds the differences that nothing explains against a limit. Of what the key may not read nobody can tell.
 */
export function checkDifference(
  { percent, inputs }: DifferenceLimit,
  { reconciliation, unavailable }: Pick<RunResult, 'reconciliation' | 'unavailable'>,
): DifferenceCheck {
  const isTooLarge = ({ difference_percent: of }: UnexplainedDifference) =>
    of === null || Math.abs(of) > percent;
  if (reconciliation?.unexplained.some(isTooLarge)) return 'exceeded';
  return unavailable.some(({ stream }) => inputs.includes(stream)) ? 'unknown' : 'within';
}

/** `Does it add up: 14 days of 3 projects, all explained`. */
export function reconciliationLine(
  { days, projects: compared, explained, unexplained }: Reconciliation,
  projects: Summary['projects'],
): string {
  const what = `Does it add up: ${counted(days, 'day')} of ${counted(compared, 'project')}`;
  if (unexplained.length === 0) return `${what}, ${explained === 0 ? 'no difference' : 'all explained'}`;
  const nameOf = namesById(projects);
  const byDay = new Map<string, [UnexplainedDifference, ...UnexplainedDifference[]]>();
  for (const difference of unexplained) {
    const key = `${difference.date} ${difference.project}`;
    const others = byDay.get(key);
    if (others) others.push(difference);
    else byDay.set(key, [difference]);
  }
  const each = [...byDay.values()].slice(0, MOST).map(([{ date, project, says }, ...others]) => {
    const more = others.length > 0 ? ` (and ${counted(others.length, 'difference')} more of that day)` : '';
    return `${date} of ${nameOf(project)}: ${says}: not explained${more}`;
  });
  const more = byDay.size - each.length;
  return `${what}; ${each.join('; ')}${more > 0 ? `; and ${counted(more, 'day')} more` : ''}`;
}
