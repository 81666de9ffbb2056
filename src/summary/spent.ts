import type { Spent } from '../deliver/tally/spent-tally.js';
import { counted, formatCount, formatDollars } from '../text/text-table.js';

/** `$1,234.56 and 412.3 hours in 7 days; most of it: Nova 3 (Streaming) (61 %)`. */
export function spentLine({ cost_usd: cost, hours, days, largest }: Spent): string {
  const amounts = [
    cost === null ? [] : formatDollars(cost),
    hours === null ? [] : `${formatHours(hours)} hours`,
  ].flat();
  const most = largest && `; most of it: ${largest.name || 'what has no name'} (${largest.share_percent} %)`;
  return `${amounts.join(' and ')} in ${counted(days, 'day')}${most ?? ''}`;
}

/** `1,234.5`. */
export function formatHours(hours: number): string {
  const [whole = '', tenth = ''] = hours.toFixed(1).split('.');
  return `${formatCount(Number(whole))}.${tenth}`;
}
