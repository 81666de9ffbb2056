import { describe, expect, it } from 'vitest';
import {
  arrivalOf,
  DAY_US,
  firstIndexAt,
} from '../../../../connectors/stand-ins/deepgram/account/requests/day-times.js';
import {
  placeOf,
  requestIdAt,
} from '../../../../connectors/stand-ins/deepgram/account/requests/request-id.js';

const arrivals = (seed: number, count: number) =>
  Array.from({ length: count }, (_, index) => arrivalOf(seed, index, count));

describe('the times of a day', () => {
  it.each([1, 7, 400, 50_000])('never fall from one request to the next, of %i', (count) => {
    const times = arrivals(42, count);

    expect(times.every((time, index) => time >= (times[index - 1] ?? 0) && time < DAY_US)).toBe(true);
    expect(times.every(Number.isInteger)).toBe(true);
  });

  it('repeat now and then, to the microsecond', () => {
    expect(new Set(arrivals(42, 2_000)).size).toBeLessThan(2_000);
  });

  it('turn a moment into the index that a search from the start would find', () => {
    const times = arrivals(3, 2_000);
    const moments = [0, 1, DAY_US - 1, DAY_US, ...times.filter((_, index) => index % 97 === 0)];

    for (const moment of moments.flatMap((at) => [at - 1, at, at + 1])) {
      const naive = times.findIndex((time) => time >= moment);

      expect(firstIndexAt(3, moment, 2_000)).toBe(naive === -1 ? 2_000 : naive);
    }
  });

  it('are found again by the id of a request, in its own project only', () => {
    const places = [0, 1, 9_999_999].map((index) => ({ dayNumber: 20_777, index }));

    for (const place of places) {
      const id = requestIdAt(0xdeadbeef, place);

      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(placeOf(0xdeadbeef, id)).toEqual(place);
      expect(placeOf(0xdeadbee0, id)).toBeUndefined();
    }
    expect(placeOf(0xdeadbeef, 'not-an-id')).toBeUndefined();
  });
});
