/** A UTC day, `YYYY-MM-DD`. Days compare as text. */
export type Day = string;

const DAY_MS = 86_400_000;
const FORM = /^\d{4}-\d{2}-\d{2}$/;

/** The UTC day that holds this moment (milliseconds since the epoch). */
export function dayAt(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The first millisecond of a day. */
export function startOfDay(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The first millisecond after a day. */
export function endOfDay(day: Day): number {
  return startOfDay(day) + DAY_MS;
}

export function addDays(day: Day, days: number): Day {
  return dayAt(startOfDay(day) + days * DAY_MS);
}

/** Every day from `since` through `until`; none when `until` is earlier. */
export function daysThrough(since: Day, until: Day): Day[] {
  const days: Day[] = [];
  for (let day = since; day <= until; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The first day of the month that a day is in, or of one so many months away from it. */
export function firstOfMonth(day: Day, months = 0): Day {
  const [year = '', month = ''] = day.split('-');
  return dayAt(Date.UTC(Number(year), Number(month) - 1 + months, 1));
}

/** Days of which both ends are meant, as a person reads them: `2026-11-20 to 2026-11-26`, or the one that it is. */
export function formatDays({ since, until }: { readonly since: Day; readonly until: Day }): string {
  return since === until ? since : `${since} to ${until}`;
}

/** True for a text that is a real calendar day (`2026-02-30` is none). */
export function isDay(text: string): boolean {
  if (!FORM.test(text)) return false;
  const ms = startOfDay(text);
  return !Number.isNaN(ms) && dayAt(ms) === text;
}
