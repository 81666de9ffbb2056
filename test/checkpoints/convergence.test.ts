import fc from 'fast-check';
import { it } from 'vitest';
import type { Row } from '../../src/streams/field.js';
import { addDays, type Day, daysThrough } from '../../src/time/day.js';
import { ExportHistory, LOG, type RunOptions, record } from './export-history.js';
import { STORES } from './stores.js';

const HOUR = 3_600_000;
const FIRST: Day = '2026-11-01';
const START = Date.parse(`${FIRST}T00:00:00Z`);
const SINKS = ['a', 'b', LOG];

/** A request: when it was made, when the log first shows it, and when it stops changing; hours from the start. */
const request = fc.record({
  made: fc.integer({ min: 0, max: 5 * 24 - 1 }),
  seenAfter: fc.integer({ min: 0, max: 30 }),
  // A day is closed by its lookback, and a day more at most is waited for what may still change.
  settledAfter: fc.integer({ min: 0, max: 48 }),
});

/** A run: hours after the one before, who fails what of it, and how it is asked to differ. */
const aRun = fc.record({
  after: fc.integer({ min: 1, max: 60 }),
  failing: fc.array(fc.tuple(fc.constantFrom(...SINKS), fc.integer({ min: 0, max: 12 })), { maxLength: 4 }),
  sinks: fc.constantFrom(SINKS, SINKS, SINKS, ['a'], ['b', LOG]),
  since: fc.constantFrom('1d', '3d', FIRST, '2026-11-03'),
  lookback: fc.constantFrom('36h', '3d', '5d'),
  fullRefresh: fc.boolean(),
  /** True where the process dies before the state is written. */
  dies: fc.boolean(),
});

it.each(STORES)(
  'whatever runs came before, a last undisturbed one leaves every record as it finally is, once, in every sink, with the state in $kind',
  async ({ begin }) => {
    const property = fc.asyncProperty(
      fc.array(request, { maxLength: 25 }),
      fc.array(aRun, { maxLength: 7 }),
      async (requests, runs) => {
        const rowsOf = (day: Day, nowMs: number) =>
          requests.flatMap(({ made, seenAfter, settledAfter }, index) => {
            const madeMs = START + made * HOUR;
            if (!isOn(day, madeMs) || nowMs < madeMs + seenAfter * HOUR) return [];
            return [record(day, nowMs >= madeMs + settledAfter * HOUR, index)];
          });
        const stores = await begin();
        const history = await ExportHistory.begin({ rows: rowsOf, store: await stores.next() });
        let nowMs = START;
        for (const { after, failing, ...how } of runs) {
          nowMs += after * HOUR;
          const options: RunOptions = {
            ...how,
            ...(Date.parse(how.since) > nowMs ? { since: FIRST } : {}),
            fails: (sink, day) => failing.some(([name, at]) => name === sink && addDays(FIRST, at) === day),
          };
          await history.run(new Date(nowMs).toISOString(), options);
        }
        nowMs = Math.max(nowMs, START) + 40 * 24 * HOUR;

        await history.run(new Date(nowMs).toISOString(), { since: FIRST, sinks: SINKS });

        const days = daysThrough(FIRST, new Date(nowMs).toISOString().slice(0, 10));
        const wanted = Object.fromEntries(days.map((day) => [day, rowsOf(day, nowMs)]));
        for (const sink of SINKS.filter((name) => name !== LOG)) {
          const found = history.holds(sink);
          for (const day of days)
            if (!same(found[day], wanted[day])) throw new Error(differs(sink, day, found[day]));
        }
        const logged = days.map((day) =>
          history.logged.filter((row) => String(row.request_id).startsWith(day)),
        );
        for (const [at, day] of days.entries())
          if (!same(inOrder(logged[at]), inOrder(wanted[day])))
            throw new Error(differs(LOG, day, logged[at]));
        await stores.end();
      },
    );

    await fc.assert(property, { numRuns: 40, interruptAfterTimeLimit: 10_000 });
  },
);

function isOn(day: Day, ms: number): boolean {
  return new Date(ms).toISOString().slice(0, 10) === day;
}

function inOrder(rows: readonly Row[] = []): readonly Row[] {
  return rows.toSorted((a, b) => (String(a.request_id) < String(b.request_id) ? -1 : 1));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function differs(sink: string, day: Day, rows: unknown): string {
  return `${sink} has of ${day} ${JSON.stringify(rows)}`;
}
