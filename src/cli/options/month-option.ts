import { addDays, dayAt, isDay } from '../../time/day.js';

/**
 * The UTC month, `YYYY-MM`, that `--month` means at a moment (milliseconds since the epoch); or what is wrong with it. A
 * month that has not begun is none.
 */
export function monthIn(
  given: string,
  now: number,
): { readonly month: string } | { readonly mistake: string } {
  const present = dayAt(now).slice(0, 7);
  if (given === 'this') return { month: present };
  if (given === 'last') return { month: addDays(`${present}-01`, -1).slice(0, 7) };
  if (!isDay(`${given}-01`)) return { mistake: '--month: must be this, last, or a month as YYYY-MM' };
  return given > present ? { mistake: `--month: ${given} has not begun` } : { month: given };
}
