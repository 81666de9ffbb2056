import { z } from 'zod';
import type { SourceLimits } from '../../catalogue/source-type.js';
import { ExportError } from '../../errors/export-error.js';
import { addDays, type Day, dayAt, firstOfMonth, isDay } from '../../time/day.js';
import { parseDuration } from '../../time/duration.js';
import type { Window } from '../../time/window.js';
import { duration, orReference } from './setting-types.js';

/** Where the window begins: so many milliseconds back from now, or on a day. */
type Since =
  | { readonly kind: 'ago'; readonly ms: number; readonly isDefault?: boolean }
  | { readonly kind: 'day'; readonly day: Day }
  | Calendar;
/** Where the window ends: now, or with a day. */
type Until = { readonly kind: 'now' } | { readonly kind: 'day'; readonly day: Day } | Calendar;
/** This month or day, or one so many before it: from its beginning, or to its end. */
interface Calendar {
  readonly kind: 'month' | 'today';
  readonly back: number;
}

export interface WindowSettings {
  readonly since: Since;
  readonly until: Until;
  /** Milliseconds that every run reads again, since usage and costs are restated. */
  readonly lookback: number;
  /** See `Window`. Never of a file. Default false. */
  readonly isByHand?: boolean;
}

const DEFAULT = '7d';
const DEFAULT_MS = parseDuration(DEFAULT) ?? 0;

export const AFTER_UNTIL = 'must not be after until';

/** @param firstDay no window begins before it. Default: any day. */
export function sinceSetting(firstDay: Day = '') {
  return z
    .string('must be text such as 7d, 36h, 4w or 2026-01-31')
    .meta({ pattern: orReference('\\d{1,6}[hdw]|\\d{4}-\\d{2}-\\d{2}'), default: DEFAULT })
    .transform((value, context): Since => {
      const ms = /[hdw]$/.test(value) ? parseDuration(value) : undefined;
      if (ms !== undefined && ms <= LONGEST_MS) return { kind: 'ago', ms };
      if (isDay(value) && value >= firstDay) return { kind: 'day', day: value };
      const isTooFar = ms !== undefined || isDay(value);
      context.addIssue(
        isTooFar
          ? `must not reach further back than ten years or ${firstDay}`
          : 'must be a time back from now such as 7d, 36h or 4w, or a day as YYYY-MM-DD',
      );
      return z.NEVER;
    });
}

/** The whole of yesterday. */
export const YESTERDAY = wholeOf({ kind: 'today', back: 1 });

/**
 * The month that `--month` means: `this`, `last`, or one as YYYY-MM.
 *
 * @param firstDay no window begins before it
 * @returns what is wrong with it, in words, where it means none
 */
export function monthOf(text: string, firstDay: Day): Pick<WindowSettings, 'since' | 'until'> | string {
  if (text === 'this') return wholeOf({ kind: 'month', back: 0 });
  if (text === 'last') return wholeOf({ kind: 'month', back: 1 });
  const first = `${text}-01`;
  if (!isDay(first)) return 'must be this, last, or a month as YYYY-MM';
  if (first < firstDay) return `must not be before ${firstDay.slice(0, 'YYYY-MM'.length)}`;
  return {
    since: { kind: 'day', day: first },
    until: { kind: 'day', day: addDays(firstOfMonth(first, 1), -1) },
  };
}

function wholeOf(of: Calendar): Pick<WindowSettings, 'since' | 'until'> {
  return { since: of, until: of };
}

const NOT_AN_END = 'must be now, or a day as YYYY-MM-DD';

export const untilSetting = z
  .string(NOT_AN_END)
  .refine((value) => value === 'now' || isDay(value), NOT_AN_END)
  .meta({ pattern: orReference('now|\\d{4}-\\d{2}-\\d{2}') })
  .transform((value): Until => (value === 'now' ? { kind: 'now' } : { kind: 'day', day: value }));

/** The days that are read, of a source with these limits; without them, of any. */
export function windowSettings(limits?: SourceLimits) {
  const { ms: longest, words } = limits?.longestLookback ?? ANY_LENGTH;
  return z
    .strictObject({
      since: sinceSetting(limits?.firstDay)
        .optional()
        .transform((since): Since => since ?? { kind: 'ago', ms: DEFAULT_MS, isDefault: true })
        .describe('First day: 36h, 7d or 4w back from now, from the start of that UTC day; or YYYY-MM-DD'),
      until: untilSetting.prefault('now').describe('Last day: now, or YYYY-MM-DD, that day included'),
      lookback: duration({ atLeast: '1h', atMost: '3650d' })
        .refine((ms) => ms <= longest, `must not be longer than ${words}`)
        .prefault('3d')
        .describe('How far back every run reads again, since costs and usage are restated: 3d, or P3D'),
    })
    .refine((window) => isInOrder(window), { path: ['since'], error: AFTER_UNTIL })
    .prefault({})
    .describe('The days that are read');
}

/** False for two days in the wrong order; what is counted from now is only known when it is resolved. */
export function isInOrder({ since, until }: Pick<WindowSettings, 'since' | 'until'>): boolean {
  return since.kind !== 'day' || until.kind !== 'day' || since.day <= until.day;
}

/**
 * The days that a window means at a moment (milliseconds since the epoch). A last day in the future is
 * today. A window that ends before it begins is an {@link ExportError}, and so is a clock that is not set.
 */
export function resolveWindow(
  { since, until, isByHand = false }: Pick<WindowSettings, 'since' | 'until' | 'isByHand'>,
  now: number,
): Window {
  if (now < EARLIEST_NOW) throw clockNotSet(now);
  const today = dayAt(now);
  const first = firstDayOf(since, now);
  const [last = today] = [lastDayOf(until, today), today].sort();
  if (first > last) {
    const message = `The window is empty: it begins on ${first} and ends on ${last}.`;
    throw new ExportError('CONFIG_INVALID', message, {
      kind: 'config',
      hint: 'Choose days that have begun, the first of them first (window in the file, --since, --until, --month).',
    });
  }
  const isDefault = since.kind === 'ago' && since.isDefault === true;
  return {
    since: first,
    until: last,
    now,
    ...(isDefault ? { isDefault } : {}),
    ...(isByHand ? { isByHand } : {}),
  };
}

function firstDayOf(since: Since, now: number): Day {
  switch (since.kind) {
    case 'day':
      return since.day;
    case 'ago':
      return dayAt(now - since.ms);
    case 'today':
      return addDays(dayAt(now), -since.back);
    case 'month':
      return firstOfMonth(dayAt(now), -since.back);
  }
}

function lastDayOf(until: Until, today: Day): Day {
  switch (until.kind) {
    case 'now':
      return today;
    case 'day':
      return until.day;
    case 'today':
      return addDays(today, -until.back);
    case 'month':
      return addDays(firstOfMonth(today, 1 - until.back), -1);
  }
}

/** Before this was written: no clock that is set says so. */
const EARLIEST_NOW = Date.parse('2025-01-01');

function clockNotSet(now: number): ExportError {
  const message = `The clock of this machine is not set: it says ${dayAt(now)}.`;
  return new ExportError('CONFIG_INVALID', message, {
    kind: 'config',
    hint: 'Set it, or let the run wait until it is set (a small machine gets its time from the network after it starts).',
  });
}

/** Ten years: far beyond what is kept, and few enough days to plan. */
const LONGEST_MS = 3_660 * 86_400_000;
const ANY_LENGTH = { ms: Number.POSITIVE_INFINITY, words: '' };
