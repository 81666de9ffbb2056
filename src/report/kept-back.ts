import type { KeptBackDay } from '../deliver/tally/run-tally.js';
import { counted, formatCount } from '../text/text-table.js';

/** Sentences on days that were kept back: each is told once a day. */
export function keptBackNotes(days: readonly KeptBackDay[], source: string): string[] {
  const told = days.filter((day) => day.told_today).length;
  return [
    ...days.filter((day) => !day.told_today).map((day) => keptBackNote(day, source)),
    ...(told > 0
      ? [
          `${counted(told, 'day')} ${told === 1 ? 'is' : 'are'} kept back still, as said earlier today: what was delivered stays.`,
        ]
      : []),
  ];
}

function keptBackNote(day: KeptBackDay, source: string): string {
  const { stream, project, date, delivered } = day;
  return (
    `${stream} of ${project}, ${date}, is kept back: ${counted(delivered.records, 'record')} delivered, and ` +
    `${source} now gives ${whatIsGiven(day)}. What was delivered stays. ${WHAT_NEXT[day.why]} ` +
    `To have it replaced all the same: --accept-less ${stream}:${date}.`
  );
}

const WHAT_NEXT: Readonly<Record<KeptBackDay['why'], string>> = {
  nothing: 'It is read again every hour.',
  fewer: 'It is read again every hour, and believed when an hour or more later it is the same.',
  unreadable: 'It is read again every hour.',
};

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
