import { describe, expect, it } from 'vitest';
import {
  formatRanges,
  holdsDay,
  rangesOf,
  withDay,
  withDays,
  withoutDay,
} from '../../src/checkpoints/day-ranges.js';
import { daysThrough } from '../../src/time/day.js';

describe('ranges of days', () => {
  it('are the shortest list, whatever the order of the days', () => {
    const days = ['2026-11-03', '2026-11-01', '2026-11-05', '2026-11-02', '2026-11-03'];

    expect(formatRanges(rangesOf(days))).toBe('2026-11-01 to 2026-11-03, 2026-11-05');
    expect(rangesOf([])).toEqual([]);
  });

  it.each([
    ['before', '2026-11-01', '2026-11-01, 2026-11-03 to 2026-11-05'],
    ['at its beginning', '2026-11-02', '2026-11-02 to 2026-11-05'],
    ['within', '2026-11-04', '2026-11-03 to 2026-11-05'],
    ['at its end', '2026-11-06', '2026-11-03 to 2026-11-06'],
    ['after', '2026-11-07', '2026-11-03 to 2026-11-05, 2026-11-07'],
  ])('take in a day %s', (_, day, expected) => {
    expect(formatRanges(withDay([['2026-11-03', '2026-11-05']], day))).toBe(expected);
  });

  it('grow together where the gap between them is filled, and not where it is not', () => {
    const ranges = rangesOf(['2026-11-01', '2026-11-04', '2026-11-07']);

    expect(formatRanges(withDays(ranges, ['2026-11-03', '2026-11-02']))).toBe(
      '2026-11-01 to 2026-11-04, 2026-11-07',
    );
    expect(formatRanges(withoutDay(withDays(ranges, ['2026-11-05', '2026-11-06']), '2026-11-06'))).toBe(
      '2026-11-01, 2026-11-04 to 2026-11-05, 2026-11-07',
    );
  });

  it('of two thousand years are one', () => {
    const days = daysThrough('0026-01-01', '2026-01-01');

    const ranges = withDays(rangesOf(days.filter((_, at) => at % 2 === 0)), days);

    expect(ranges).toEqual([['0026-01-01', '2026-01-01']]);
    expect(holdsDay(ranges, '1789-07-14')).toBe(true);
  });
});
