import { expect, it } from 'vitest';
import { addDays, dayAt, daysThrough, isDay, startOfDay } from '../../src/time/day.js';

it.each([
  ['2026-11-20T00:00:00.000Z', '2026-11-20'],
  ['2026-11-20T23:59:59.999Z', '2026-11-20'],
  ['2026-11-20T23:00:00-02:00', '2026-11-21'],
])('%s is in the UTC day %s', (moment, day) => {
  expect(dayAt(Date.parse(moment))).toBe(day);
});

it('a day starts at midnight UTC', () => {
  expect(startOfDay('2026-11-20')).toBe(Date.UTC(2026, 10, 20));
});

it.each([
  ['2026-02-28', 1, '2026-03-01'],
  ['2024-02-28', 1, '2024-02-29'],
  ['2027-01-01', -1, '2026-12-31'],
  ['2026-10-24', 2, '2026-10-26'],
])('%s and %d days is %s', (day, days, sum) => {
  expect(addDays(day, days)).toBe(sum);
});

it.each([
  ['2026-02-27', '2026-03-02', ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']],
  ['2026-02-27', '2026-02-27', ['2026-02-27']],
  ['2026-02-27', '2026-02-26', []],
])('%s through %s', (since, until, days) => {
  expect(daysThrough(since, until)).toEqual(days);
});

it.each([
  ['2026-02-28', true],
  ['2024-02-29', true],
  ['2026-02-29', false],
  ['2026-02-30', false],
  ['2026-13-01', false],
  ['2026-00-10', false],
  ['2026-1-1', false],
  ['20260101', false],
  ['2026-01-01T00:00:00Z', false],
  ['', false],
])('%j is a day: %j', (text, isOne) => {
  expect(isDay(text)).toBe(isOne);
});
