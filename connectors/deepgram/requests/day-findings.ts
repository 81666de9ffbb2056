import { calledAs } from '../../../src/text/called-as.js';
import { addDays, type Day, dayAt } from '../../../src/time/day.js';
import type { ReadingContext } from '../reading-context.js';
import { RETENTION_DAYS } from '../streams/requests.js';
import type { DayFacts } from './day-facts.js';
import { sentenceOf } from './usage-differences.js';

/** Says what a reading of a day found that a user should know; `counted` is what usage says that the day has. */
export function sayFindings(
  day: Day,
  { records, missing, versions }: DayFacts,
  counted: number | undefined,
  context: ReadingContext,
): void {
  const { findings, differences, pages, project, now } = context;
  const which = `requests of ${calledAs(project)} on ${day}`;
  if (versions > 0) {
    const them =
      versions === 1
        ? '1 record has the same id as another'
        : `${versions} records have the same id as others`;
    findings.warn(`${which}: ${them} and differs; the later one was kept.`);
  }
  if (missing > 0) {
    findings.incomplete(
      `${which}: ${missing} may be missing: within one second some came on two pages, and so others on none.`,
    );
  }
  if (counted === undefined || records >= counted || day >= dayAt(now)) return;
  const difference = { project, day, records, counted };
  if (pages.misleads) {
    findings.incomplete(
      `${sentenceOf(difference)}. Pages shorter than was asked for had more behind them: some may be missing.`,
    );
  } else if (!wasSaidToday(day, context)) differences.note(difference);
  rememberSaid(day, context);
}

/** True where the log and the usage of that day were compared to the end since midnight UTC, and still differed. */
export function wasSaidToday(day: Day, { memory, now }: ReadingContext): boolean {
  return memory.get('saidDifferences')?.[day] === dayAt(now);
}

function rememberSaid(day: Day, { memory, now }: ReadingContext): void {
  const first = addDays(dayAt(now), -RETENTION_DAYS);
  const kept = Object.entries(memory.get('saidDifferences') ?? {}).filter(([said]) => said >= first);
  memory.set('saidDifferences', { ...Object.fromEntries(kept), [day]: dayAt(now) });
}
