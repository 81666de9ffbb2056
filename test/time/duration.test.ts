import { expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/time/duration.js';

it.each([
  ['60s', 60_000],
  ['5m', 300_000],
  ['36h', 129_600_000],
  ['7d', 604_800_000],
  ['4w', 2_419_200_000],
  ['0s', 0],
  ['P3D', 259_200_000],
  ['PT36H', 129_600_000],
  ['P2W', 1_209_600_000],
  ['P1DT2H3M4S', 93_784_000],
  ['PT0S', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  '',
  '7',
  'd',
  '7 d',
  '1.5h',
  '-1d',
  '7D',
  '7days',
  '1234567d',
  '7d\n',
  'P',
  'PT',
  'P1DT',
  'P1M',
  'P1Y',
  'P1W2D',
  'p3d',
  '-P3D',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [999.7, '1.0 s'],
  [12_350, '12.3 s'],
  [59_940, '59.9 s'],
  [59_970, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [7_199_600, '120 min 0 s'],
])('%d ms is said as %s', (ms, said) => {
  expect(formatDuration(ms)).toBe(said);
});
