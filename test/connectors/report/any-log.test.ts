import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays } from '../../../src/time/day.js';
import type { Terminal } from '../../cli/terminal.js';
import { type Line, type Lines, replay, reportTerminal } from './archive.js';
import { rowsOf, tablesIn } from './page.js';

/** Today is the day after. */
const LAST = '2026-11-19';
const [MONTH, BEFORE, FIRST, FIRST_DRAWN] = ['2026-11', '2026-10', '2025-11-01', '2026-10-01'];
/** Requests that are listed; of errors a fifth as many. */
const [LISTED, LISTED_ERRORS] = [7, 2];

interface Call {
  readonly project: number;
  readonly day: string;
  readonly second: number;
  readonly key: number;
  readonly model: string | null;
  readonly cents: number | null;
  readonly error: string | null;
  readonly latency: number | null;
}
interface Look {
  readonly project: number;
  readonly day: string;
  readonly cents: number;
}
interface Compared {
  readonly project: number;
  readonly day: string;
  readonly comparison: string;
  readonly verdict: string;
}
interface Drawn {
  readonly calls: readonly Call[];
  readonly looks: readonly Look[];
  readonly compared: readonly Compared[];
}

const PROJECTS = 3;
const back = (most: number) => fc.integer({ min: -1, max: most });
const project = fc.nat(PROJECTS - 1);
/** Thirteen months and some days that are not shown; more often the last two months. */
const anyDay = fc.oneof(back(400), back(49));
const drawn = (days: fc.Arbitrary<number>): fc.Arbitrary<Drawn> => {
  const ofDay = { project, day: days.map((some) => addDays(LAST, -some)) };
  return fc.record({
    calls: fc.array(
      fc.record({
        ...ofDay,
        second: fc.nat(40_000),
        key: fc.nat(1),
        model: fc.constantFrom('nova-3', 'aura-2', null),
        cents: fc.option(fc.nat(90_000)),
        error: fc.option(fc.constantFrom('Bad Request', 'Too long'), { freq: 2 }),
        latency: fc.option(fc.integer({ min: 1, max: 90_000 })),
      }),
      { maxLength: 40 },
    ),
    looks: fc.uniqueArray(fc.record({ ...ofDay, cents: fc.integer({ min: -5_000, max: 90_000 }) }), {
      maxLength: 12,
      selector: placeOf,
    }),
    compared: fc.uniqueArray(
      fc.record({
        ...ofDay,
        comparison: fc.constantFrom('requests', 'cost', 'usage_by_models requests'),
        verdict: fc.constantFrom('equal', 'explained', 'unexplained', 'unknown'),
      }),
      { maxLength: 30, selector: (one) => `${placeOf(one)} ${one.comparison}` },
    ),
  });
};

function placeOf({ project, day }: { readonly project: number; readonly day: string }): string {
  return `${project} ${day}`;
}

const of = ({ project, day }: { readonly project: number; readonly day: string }): Line => ({
  project_id: `p-${project}`,
  project_name: `P${project}`,
  date: day,
});

/** All projects have a bill of the last day that is over. */
const BILLS: readonly Line[] = Array.from({ length: PROJECTS }, (_, project) => ({
  ...of({ project, day: LAST }),
  cost_usd: 1,
}));

function linesOf({ calls, looks, compared }: Drawn): Lines {
  return {
    billing: BILLS,
    requests: calls.map((call, at) => ({
      ...of(call),
      request_id: idOf(at),
      created_at: createdAt(call),
      status: call.error === null ? 'success' : 'error',
      settled: true,
      endpoint: 'listen',
      method: 'sync',
      code: call.error === null ? 200 : 400,
      error_message: call.error,
      model: call.model,
      api_key_id: `k-${call.key}`,
      api_key_name: `K${call.key}`,
      cost_usd: call.cents === null ? null : call.cents / 100,
      latency_ms: call.latency,
    })),
    api_keys: BILLS.flatMap(({ project_id, project_name }) =>
      [0, 1].map((key) => ({ project_id, project_name, api_key_id: `k-${key}`, name: `K${key}` })),
    ),
    balances: looks.map((look) => ({
      ...of(look),
      observed_at: `${look.day}T10:00:00.000000Z`,
      balance_id: 'b',
      amount: look.cents / 100,
      units: 'USD',
    })),
    reconciliation: compared.map((one) => ({
      ...of(one),
      comparison: one.comparison,
      unit: 'request',
      counted: 3,
      reported: 1,
      difference: 2,
      tolerance: 0,
      verdict: one.verdict,
      explanation: one.verdict === 'equal' ? null : `${one.verdict} so`,
    })),
  };
}

const idOf = (at: number) => `r-${String(at).padStart(3, '0')}`;
const createdAt = ({ day, second }: Call) =>
  `${day}T${new Date(second * 1_000).toISOString().slice(11, 19)}.000000Z`;

const isShown = ({ day }: { readonly day: string }) => day >= FIRST;
const isDrawn = ({ day }: { readonly day: string }) => day >= FIRST_DRAWN;

function sum<One>(some: readonly One[], amount: (one: One) => number): number {
  return some.reduce((total, one) => total + amount(one), 0);
}

function groupsOf<One>(some: readonly One[], keyOf: (one: One) => string): ReadonlyMap<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of some) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** Dollars, counts and amounts without a sign, as hundredths or whole. */
const numberIn = (cell = '') => {
  const digits = cell.replace('\u2212', '-').replace(/[$,]/g, '');
  return digits.includes('.') ? Math.round(Number(digits) * 100) : Number(digits);
};

const rowsWith = (page: string, caption: string) =>
  tablesIn(page).find((table) => table.caption.startsWith(caption))?.rows ?? [];

it('of any account the costs by model, the quality, the log, the keys, the balances, what was compared and how much there is are those of the records', async () => {
  await fc.assert(
    fc.asyncProperty(drawn(anyDay), async (account) => {
      const { calls, looks, compared } = account;
      const terminal = await reportTerminal(`requests: ${LISTED}`);

      const page = await replay(terminal, linesOf(account));

      const shown = calls.filter(isShown);
      const models = Object.entries(rowsOf(page, 'Cost by model')).map(([model, cells]) => [
        model,
        ...Object.entries(cells).flatMap(([head, cell]) => (head === 'share' ? [] : [numberIn(cell)])),
      ]);
      const ofMonth = (some: readonly Call[], month: string) =>
        some.filter(({ day }) => day.startsWith(month));
      const cost = (some: readonly Call[]) => sum(some, ({ cents }) => cents ?? 0);
      expect(models.sort()).toEqual(
        [...groupsOf(shown, ({ model }) => model ?? 'no model named')]
          .map(([model, some]) => [
            model,
            cost(ofMonth(some, MONTH)),
            ofMonth(some, MONTH).length,
            cost(ofMonth(some, BEFORE)),
            cost(some),
          ])
          .sort(),
      );
      const days = Object.entries(rowsOf(page, 'Requests by day'))
        .map(([day, { failed, requests }]) => [day, failed, requests])
        .filter(([, failed]) => failed !== '–');
      expect(days.sort()).toEqual(
        [...groupsOf(calls.filter(isDrawn), ({ day }) => day)]
          .map(([day, some]) => [
            day,
            String(some.filter(({ error }) => error !== null).length),
            String(some.length),
          ])
          .sort(),
      );
      const failed = calls.filter(isDrawn).filter(({ error }) => error !== null);
      expect(
        rowsWith(page, 'Failed requests by code')
          .map(([code, message, count]) => [code, message, count])
          .sort(),
      ).toEqual(
        [...groupsOf(failed, ({ error }) => error ?? '')]
          .map(([message, some]) => ['400', message, String(some.length)])
          .sort(),
      );
      for (const [day, some] of groupsOf(calls.filter(isDrawn), (call) => call.day)) {
        const known = some.flatMap(({ latency }) => latency ?? []).sort((one, other) => one - other);
        const median = known[Math.ceil(known.length / 2) - 1];
        const cell = rowsOf(page, 'Requests by day')[day]?.['latency p50'] ?? '';
        const [number = 0, unit = 1] = [Number.parseFloat(cell), / s$/.test(cell) ? 1_000 : 1];
        // As exact as is said, and what is written is rounded.
        if (median === undefined) expect(cell).toBe('–');
        else expect(Math.abs((number * unit) / median - 1)).toBeLessThan(0.026 + 0.5 / median);
      }
      const ordered = calls
        .map((call, at) => ({ ...call, id: idOf(at), at: createdAt(call) }))
        .sort((one, other) =>
          one.at === other.at ? (one.id < other.id ? -1 : 1) : one.at < other.at ? 1 : -1,
        );
      const listed = (caption: string) => rowsWith(page, caption).map((cells) => cells.at(-1));
      expect(listed('The last requests')).toEqual(ordered.slice(0, LISTED).map(({ id }) => id));
      expect(listed('The last errors')).toEqual(
        ordered
          .filter(({ error }) => error !== null)
          .slice(0, LISTED_ERRORS)
          .map(({ id }) => id),
      );
      const lastLooks = [...groupsOf(looks.filter(isShown), ({ project }) => `P${project}`)].map(
        ([project, some]) => [project, some.sort((one, other) => (one.day < other.day ? 1 : -1))[0]?.cents],
      );
      expect(
        rowsWith(page, 'Balances as of')
          .map(([project, left]) => [project, numberIn(left)])
          .sort(),
      ).toEqual(lastLooks.sort());
      const verdicts = rowsWith(page, 'What was compared').map(([, ...cells]) =>
        cells.slice(0, 4).map(Number),
      );
      const byVerdict = (some: readonly Compared[]) =>
        ['equal', 'explained', 'unexplained', 'unknown'].map(
          (verdict) => some.filter((one) => one.verdict === verdict).length,
        );
      expect(verdicts.map(String).sort()).toEqual(
        [...groupsOf(compared.filter(isShown), ({ comparison }) => comparison).values()]
          .map((some) => String(byVerdict(some)))
          .sort(),
      );
      const used = new Map(
        shown
          .toSorted((one, other) => (createdAt(one) < createdAt(other) ? -1 : 1))
          .map((call) => [`K${call.key} P${call.project}`, createdAt(call).slice(0, 16).replace('T', ' ')]),
      );
      for (const [key, last] of rowsWith(page, 'API keys that are listed'))
        expect([key, last]).toEqual([key, used.get(key ?? '') ?? 'not in what was read']);
      for (const [stream, some] of Object.entries({ requests: shown, balances: looks.filter(isShown) })) {
        const there = some.map(({ day }) => day).sort();
        expect([stream, rowsOf(page, 'Streams of this page')[stream]?.days ?? '0']).toEqual([
          stream,
          String(new Set(some.map(placeOf)).size),
        ]);
        expect(rowsOf(page, 'Streams of this page')[stream]?.['first day']).toBe(there[0]);
        expect(rowsOf(page, 'Streams of this page')[stream]?.['last day']).toBe(there.at(-1));
        expect(rowsOf(page, 'Streams of this page')[stream]?.records ?? '0').toBe(String(some.length));
      }
    }),
    { numRuns: 8, seed: 2026 },
  );
});

const PARTS = 'out/report.html.parts';
const OLDER = `${PARTS}/older-months.json`;

/** What is kept from one page to the next, beside the totals that it is made of. */
async function keptFiles(terminal: Terminal): Promise<readonly string[]> {
  return Object.keys(await terminal.files(PARTS)).filter((name) => name.endsWith('.json'));
}

it('of any account a page of what is kept says what one says for which all is added up anew, whatever has changed', async () => {
  await fc.assert(
    fc.asyncProperty(drawn(anyDay), fc.oneof(drawn(anyDay), drawn(back(49))), async (account, change) => {
      const terminal = await reportTerminal(`requests: ${LISTED}`);
      await replay(terminal, linesOf(account));

      const again = await replay(terminal, linesOf(change));

      for (const name of await keptFiles(terminal)) await rm(join(terminal.cwd, PARTS, name));
      expect(again).toBe(await replay(terminal, linesOf(change)));
    }),
    { numRuns: 8, seed: 2026 },
  );
});

const account: Drawn = {
  calls: [],
  compared: [],
  looks: [
    { project: 0, day: '2026-02-03', cents: 5_000 },
    { project: 1, day: '2026-07-03', cents: 7_000 },
  ],
};

it('months that no charts draw are kept as they are while nothing of them changes', async () => {
  const terminal = await reportTerminal();
  await replay(terminal, linesOf(account));
  const before = await stat(join(terminal.cwd, OLDER));

  await replay(terminal, { billing: [{ ...of({ project: 0, day: '2026-11-18' }), cost_usd: 3 }] });

  expect((await stat(join(terminal.cwd, OLDER))).ino).toBe(before.ino);
});

it.each([
  ['cut short', (text: string) => text.slice(0, -20)],
  ['of another form', (text: string) => text.replace(/"version":"[^"]*"/, '"version":"0.0"')],
  ['of other totals', (text: string) => text.replace(/"identity":"../, '"identity":"zz')],
  ['empty', () => ''],
])('what is kept of them is made anew where it is %s', async (_, damage) => {
  const terminal = await reportTerminal();
  const page = await replay(terminal, linesOf(account));
  const whole = await readFile(join(terminal.cwd, OLDER), 'utf8');
  expect(whole).toContain('"amount":50');
  await terminal.write(OLDER, damage(whole.replace('"amount":50', '"amount":40')));

  const again = await replay(terminal, { billing: BILLS });

  expect(again).toBe(page);
  expect(await readFile(join(terminal.cwd, OLDER), 'utf8')).toBe(whole);
});

it('and where a month or a project is not there any more', async () => {
  const terminal = await reportTerminal();
  await replay(terminal, linesOf(account));
  await rm(join(terminal.cwd, PARTS, 'project_id=p-1/2026-07.ndjson'));

  const page = await replay(terminal, { billing: BILLS });

  expect(rowsWith(page, 'Balances as of').map(([project, left]) => [project, left])).toEqual([
    ['P0', '50.00'],
  ]);
});

it('of months that are shown no longer nothing is left in what is kept', async () => {
  const terminal = await reportTerminal();
  await replay(terminal, linesOf(account));
  const job = await readFile(join(terminal.cwd, 'job.yaml'), 'utf8');
  await terminal.write('job.yaml', job.replace('path: out/report.html', 'path: out/report.html, months: 6'));

  const page = await replay(terminal, { billing: BILLS });

  expect(rowsWith(page, 'Balances as of').map(([project, left]) => [project, left])).toEqual([
    ['P1', '70.00'],
  ]);
});
