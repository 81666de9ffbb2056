import type { KeptBackDay } from '../deliver/tally/run-tally.js';
import { namesById } from '../text/called-as.js';
import { counted, formatCount } from '../text/text-table.js';

/** How many days of a stream are told one by one; all are in the summary that programs read. */
const TOLD_ONE_BY_ONE = 10;

/** Sentences on days that were kept back: each day is told once a day, and what is the same for many is said once. */
export function keptBackNotes(days: readonly KeptBackDay[], source: string, projects: Projects): string[] {
  const told = days.filter((day) => day.told_today).length;
  const alike = new Map<string, [KeptBackDay, ...KeptBackDay[]]>();
  for (const day of days) {
    if (day.told_today) continue;
    const others = alike.get(`${day.stream} ${day.why}`);
    if (others) others.push(day);
    else alike.set(`${day.stream} ${day.why}`, [day]);
  }
  const nameOf = namesById(projects);
  return [
    ...[...alike.values()].map(([first, ...others]) =>
      others.length === 0
        ? keptBackNote(first, source, nameOf)
        : manyKeptBackNote([first, ...others], source, nameOf),
    ),
    ...(told > 0 ? [`${stillKeptBack(told)}, as said earlier today: what was delivered stays.`] : []),
  ];
}

type Projects = readonly { readonly id: string; readonly name: string | null }[];

type NameOf = (projectId: string) => string;

/** `2 days are kept back still`. */
export function stillKeptBack(count: number): string {
  return `${counted(count, 'day')} ${count === 1 ? 'is' : 'are'} kept back still`;
}

function keptBackNote(day: KeptBackDay, source: string, nameOf: NameOf): string {
  const { stream, project, date, delivered } = day;
  return (
    `${stream} of ${nameOf(project)}, ${date}, is kept back: ${counted(delivered.records, 'record')} delivered, and ` +
    `${source} now gives ${whatIsGiven(day)}. What was delivered stays. It is read again every hour` +
    `${day.why === 'fewer' ? ', and believed when an hour or more later it is the same' : ''}. ` +
    `To have it replaced all the same: --accept-less ${stream}:${date}.`
  );
}

function manyKeptBackNote(
  days: readonly [KeptBackDay, ...KeptBackDay[]],
  source: string,
  nameOf: NameOf,
): string {
  const [{ stream, date, why }] = days;
  const each = days
    .toSorted((one, other) => (one.date < other.date ? -1 : Number(one.date > other.date)))
    .slice(0, TOLD_ONE_BY_ONE)
    .map(
      (day) =>
        `${day.date} of ${nameOf(day.project)} had ${counted(day.delivered.records, 'record')}, now ${whatIsGiven(day)}`,
    );
  const more = days.length - each.length;
  return (
    `${stream}: ${counted(days.length, 'day')} are kept back, since ${source} now gives less than what is delivered: ` +
    `${each.join('; ')}${more > 0 ? `; and ${formatCount(more)} more, which the file of --summary lists` : ''}. ` +
    `What was delivered stays. They are read again every hour` +
    `${why === 'fewer' ? ', and believed when an hour or more later they are the same' : ''}. ` +
    `To have one replaced all the same: --accept-less ${stream}:DAY, such as ${stream}:${date}.`
  );
}

function whatIsGiven({ why, read, delivered }: KeptBackDay): string {
  if (why === 'nothing') return 'none';
  if (why === 'unreadable')
    return `${counted(read.records, 'record')} and ${formatCount(read.unreadable)} that cannot be understood`;
  if (read.records < delivered.records) return formatCount(read.records);
  const smaller = Object.entries(delivered.sums)
    .filter(([name, sum]) => (read.sums[name] ?? 0) < sum)
    .map(([name, sum]) => `${name} ${rounded(read.sums[name] ?? 0)} after ${rounded(sum)}`);
  return `smaller sums: ${smaller.join(', ')}`;
}

function rounded(sum: number): string {
  return String(Math.round(sum * 1e6) / 1e6);
}
