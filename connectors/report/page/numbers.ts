import { formatCount, formatDollars } from '../../../src/text/text-table.js';
import type { Measure } from '../account/amounts.js';
import { NANO } from '../totals/measure-parts.js';

/** How amounts are written on the page: parts become dollars, hours and counts. */

const MINUS = '\u2212';

/** `$4,812.00`. */
export function dollars(parts: number): string {
  return signed(parts, formatDollars(Math.abs(parts) / NANO));
}

/** `+$312.20`. */
export function change(parts: number): string {
  return parts > 0 ? `+${dollars(parts)}` : dollars(parts);
}

/** `1,204.50`. */
export function hours(parts: number): string {
  return signed(parts, decimal(Math.abs(parts) / NANO, 2));
}

export function count(number: number): string {
  return signed(number, formatCount(Math.abs(Math.round(number))));
}

/** `12 %`, `0.4 %`, on one line; a dash where there is nothing to be a share of. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return NONE;
  const share = (100 * part) / whole;
  const places = Math.abs(share) < 9.95 ? 1 : 0;
  return `${signed(share, decimal(Math.abs(share), places))}\u00A0%`;
}

/** `+62 %`; what there was nothing of before is new. */
export function growth(now: number, before: number): string {
  if (before <= 0) return now > 0 ? 'new' : NONE;
  return `${now > before ? '+' : ''}${percent(now - before, before)}`;
}

/** `420 ms`, `2.31 s`. */
export function milliseconds(ms: number): string {
  return ms < 1_000 ? `${decimal(ms, ms < 10 ? 1 : 0)} ms` : `${decimal(ms / 1_000, 2)} s`;
}

/** As the column of a measure has it; its heading says the unit. */
export function amount(measure: Measure, parts: number): string {
  if (measure === 'cost_usd') return dollars(parts);
  return measure === 'hours' ? hours(parts) : count(parts);
}

export const NONE = '\u2013';

/** `2026-11-20 12:00`, in UTC. */
export function moment(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function decimal(number: number, places: number): string {
  const [whole = '', fraction] = number.toFixed(places).split('.');
  return fraction === undefined ? formatCount(Number(whole)) : `${formatCount(Number(whole))}.${fraction}`;
}

/** Nothing is not less than nothing: what is rounded to zero has no sign. */
function signed(value: number, text: string): string {
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}
