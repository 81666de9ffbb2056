import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsDay } from '../../../src/checkpoints/day-ranges.js';
import { closeOrKeepOpen, dropExpired, forgetDay, reopen } from '../../../src/checkpoints/day-rules.js';
import type { KnownDays } from '../../../src/checkpoints/file/state-document.js';
import { mergeDays, withDayOf } from '../../../src/checkpoints/shared/merge-days.js';
import { mergeNames } from '../../../src/checkpoints/shared/merge-names.js';
import { addDays, type Day } from '../../../src/time/day.js';

const NOTHING: KnownDays = { closed: [], open: {}, lost: [] };
const NOW = Date.parse('2026-11-20T12:00:00Z');
const LOOKBACK_MS = 3 * 86_400_000;

/** What a process does to a day. */
type Step = (known: KnownDays) => KnownDays;

const dayFrom = (first: Day) => fc.nat(9).map((days) => addDays(first, days));
const stepOn = (day: fc.Arbitrary<Day>): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.tuple(day, fc.nat(9), fc.nat(2), fc.nat(48)).map(
      ([of, records, unsettled, hours]): Step =>
        (known) =>
          closeOrKeepOpen(
            known,
            of,
            {
              readAtMs: NOW + hours * 3_600_000,
              records,
              unsettled,
              isPartial: false,
              isUnresolved: false,
              isFinal: false,
              sums: {},
            },
            LOOKBACK_MS,
          ),
    ),
    day.map(
      (of): Step =>
        (known) =>
          dropExpired(known, [of]).after,
    ),
    day.map(
      (of): Step =>
        (known) =>
          forgetDay(known, of),
    ),
    day.map(
      (of): Step =>
        (known) =>
          holdsDay(known.closed, of)
            ? reopen(known, of, { readAtMs: NOW, records: 1, sums: {}, sameSinceMs: NOW })
            : known,
    ),
  );
const stepsOn = (day: fc.Arbitrary<Day>) => fc.array(stepOn(day), { maxLength: 6 });
const carryOut = (steps: readonly Step[], known: KnownDays) =>
  steps.reduce((before, step) => step(before), known);

/** Days of which some are closed by now, and some open. */
const MINE = dayFrom('2026-11-10');
const THEIRS = dayFrom('2026-10-01');
const begun = fc
  .tuple(stepsOn(MINE), stepsOn(THEIRS))
  .map(([some, others]) => carryOut([...some, ...others], NOTHING));

describe('what two processes know of the days of a sink', () => {
  it('is merged to what it would be had one come after the other, in either order', () => {
    fc.assert(
      fc.property(begun, stepsOn(MINE), stepsOn(THEIRS), (base, own, others) => {
        const [mine, theirs] = [carryOut(own, base), carryOut(others, base)];

        const merged = mergeDays({ base, mine, theirs }) ?? NOTHING;

        expect(merged).toEqual(carryOut(own, theirs));
        expect(merged).toEqual(carryOut(others, mine));
      }),
    );
  });

  it('is theirs where I have changed nothing, and mine where they have not', () => {
    fc.assert(
      fc.property(begun, stepsOn(MINE), (base, steps) => {
        const changed = carryOut(steps, base);

        expect(mergeDays({ base, mine: base, theirs: changed }) ?? NOTHING).toEqual(changed);
        expect(mergeDays({ base, mine: changed, theirs: base }) ?? NOTHING).toEqual(changed);
      }),
    );
  });

  it('of one day that both have changed is mine, but what one of them has closed stays closed', () => {
    fc.assert(
      fc.property(begun, stepsOn(MINE), stepsOn(MINE), (base, own, others) => {
        const [mine, theirs] = [carryOut(own, base), carryOut(others, base)];

        const merged = mergeDays({ base, mine, theirs }) ?? NOTHING;

        for (let at = 0; at < 10; at += 1) {
          const day = addDays('2026-11-10', at);
          const isNewlyClosed =
            [mine, theirs].some((one) => holdsDay(one.closed, day)) && !holdsDay(base.closed, day);
          if (isNewlyClosed) expect(holdsDay(merged.closed, day)).toBe(true);
          const isDelivered = holdsDay(merged.closed, day) || merged.open[day] !== undefined;
          expect(isDelivered && holdsDay(merged.lost, day)).toBe(false);
        }
      }),
    );
  });

  it('of a day that I found lost and they have delivered meanwhile is delivered', () => {
    const opened = { read_at: '2026-11-20T12:00:00.000Z', records: 3, unsettled: 0 };
    const mine: KnownDays = { ...NOTHING, lost: [['2026-08-20', '2026-08-21']] };
    const theirs: KnownDays = { ...NOTHING, open: { '2026-08-21': opened } };

    expect(mergeDays({ base: NOTHING, mine, theirs })).toEqual({
      ...NOTHING,
      open: { '2026-08-21': opened },
      lost: [['2026-08-20', '2026-08-20']],
    });
    expect(mergeDays({ base: NOTHING, mine: theirs, theirs: mine })).toEqual({
      ...NOTHING,
      open: { '2026-08-21': opened },
      lost: [['2026-08-20', '2026-08-20']],
    });
  });

  it('of a day that I am committing is mine, whatever they have of it, and the same once all of mine is merged', () => {
    fc.assert(
      fc.property(begun, stepsOn(MINE), stepsOn(THEIRS), MINE, (base, own, others, day) => {
        const [mine, theirs] = [carryOut(own, base), carryOut(others, base)];

        const committed = withDayOf(theirs, day, mine);

        expect(holdsDay(committed.closed, day)).toBe(holdsDay(mine.closed, day));
        expect(committed.open[day]).toEqual(mine.open[day]);
        expect(withDayOf(committed, day, theirs)).toEqual(theirs);
        expect(mergeDays({ base, mine, theirs: committed })).toEqual(mergeDays({ base, mine, theirs }));
      }),
    );
  });

  it('of a day or a snapshot that I am committing begins with the earlier of two beginnings', () => {
    const snapshot = '2026-11-20T12:00:00.000Z';
    const mine = { ...NOTHING, begins: '2026-11-05', snapshot };

    expect(withDayOf(undefined, null, mine)).toEqual(mine);
    expect(withDayOf({ ...NOTHING, begins: '2026-11-01' }, null, mine)).toEqual({
      ...mine,
      begins: '2026-11-01',
    });
    expect(withDayOf({ ...NOTHING, begins: '2026-11-09' }, '2026-11-09', mine)).toEqual({
      ...NOTHING,
      begins: '2026-11-05',
    });
  });

  it('begins with the earlier of two beginnings, and has the snapshot that was read last', () => {
    const [mine, theirs] = [
      { ...NOTHING, begins: '2026-11-05', snapshot: '2026-11-20T12:00:00.000Z' },
      { ...NOTHING, begins: '2026-11-01', snapshot: '2026-11-20T11:00:00.000Z' },
    ];

    expect(mergeDays({ base: undefined, mine, theirs })).toEqual({ ...mine, begins: '2026-11-01' });
    expect(mergeDays({ base: theirs, mine: { ...theirs }, theirs: mine })).toEqual(mine);
  });

  it('is nothing where I have forgotten it, but for what they have delivered since', () => {
    const base: KnownDays = { closed: [['2026-11-01', '2026-11-09']], open: {}, lost: [] };
    const theirs: KnownDays = { ...base, closed: [['2026-11-01', '2026-11-10']] };

    expect(mergeDays({ base, mine: undefined, theirs: base })).toBeUndefined();
    expect(mergeDays({ base, mine: undefined, theirs })).toEqual({
      ...NOTHING,
      closed: [['2026-11-10', '2026-11-10']],
    });
  });
});

it('names that two processes have changed are merged one by one', () => {
  const names = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.nat(3))
    .map((of) => new Map(Object.entries(of)));
  fc.assert(
    fc.property(names, names, names, (base, mine, theirs) => {
      const merged = mergeNames({ base, mine, theirs });

      for (const name of new Set([...base.keys(), ...mine.keys(), ...theirs.keys()]))
        expect(merged.get(name)).toBe(mine.get(name) === base.get(name) ? theirs.get(name) : mine.get(name));
    }),
  );
});
