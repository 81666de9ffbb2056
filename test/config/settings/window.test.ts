import { describe, expect, test } from 'vitest';
import { deepgramType } from '../../../connectors/deepgram/deepgram-type.js';
import {
  resolveWindow,
  sinceSetting,
  untilSetting,
  windowSettings,
} from '../../../src/config/settings/window.js';

const now = Date.parse('2026-11-20T11:59:47.434Z');
const windowOf = (since: string, until: string) =>
  resolveWindow({ since: sinceSetting().parse(since), until: untilSetting.parse(until) }, now);

describe('the days of a window', () => {
  test.each([
    ['7d', 'now', '2026-11-13', '2026-11-20'],
    ['0d', 'now', '2026-11-20', '2026-11-20'],
    ['11h', 'now', '2026-11-20', '2026-11-20'],
    ['12h', 'now', '2026-11-19', '2026-11-20'],
    ['36h', 'now', '2026-11-18', '2026-11-20'],
    ['4w', 'now', '2026-10-23', '2026-11-20'],
    ['2026-11-01', 'now', '2026-11-01', '2026-11-20'],
    ['2026-11-01', '2026-11-01', '2026-11-01', '2026-11-01'],
    ['2024-02-29', '2024-03-01', '2024-02-29', '2024-03-01'],
    ['7d', '2026-11-13', '2026-11-13', '2026-11-13'],
    ['7d', '2027-01-01', '2026-11-13', '2026-11-20'],
  ])('since %s until %s', (since, until, first, last) => {
    expect(windowOf(since, until)).toEqual({ since: first, until: last, now });
  });

  test.each([
    ['7d', '2026-11-12', 'The window is empty: it begins on 2026-11-13 and ends on 2026-11-12.'],
    ['2026-11-21', 'now', 'The window is empty: it begins on 2026-11-21 and ends on 2026-11-20.'],
  ])('since %s until %s holds no day', (since, until, message) => {
    expect(() => windowOf(since, until)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', kind: 'config', message }),
    );
  });

  test.each([0, Date.parse('2024-12-31')])('there are none by a clock that is not set: %i', (unset) => {
    const settings = { since: sinceSetting().parse('7d'), until: untilSetting.parse('now') };

    expect(() => resolveWindow(settings, unset)).toThrow(/^The clock of this machine is not set: it says \d/);
  });
});

describe('how far back every run reads again', () => {
  const DAY = 86_400_000;

  test.each([
    [undefined, 3 * DAY],
    ['1h', DAY / 24],
    ['36h', 1.5 * DAY],
    ['P3D', 3 * DAY],
    ['PT36H', 1.5 * DAY],
    ['P2W', 14 * DAY],
    ['90d', 90 * DAY],
  ])('lookback %s', (lookback, ms) => {
    const settings = windowSettings(deepgramType.limits).parse(lookback === undefined ? {} : { lookback });

    expect(settings.lookback).toBe(ms);
  });

  test.each([
    ['91d', 'must not be longer than the 90 days that Deepgram keeps requests'],
    ['P13W', 'must not be longer than the 90 days that Deepgram keeps requests'],
    ['59m', 'must be from 1h to 3650d'],
    ['P1M', 'must be a duration such as 60s, 5m, 36h or 7d'],
    ['3 days', 'must be a duration such as 60s, 5m, 36h or 7d'],
  ])('lookback %s is a mistake', (lookback, message) => {
    const result = windowSettings(deepgramType.limits).safeParse({ lookback });

    expect(result.error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
