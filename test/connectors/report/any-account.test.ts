import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays, daysThrough } from '../../../src/time/day.js';
import { type Line, type Lines, replay, reportTerminal } from './archive.js';
import { rowsOf, tablesIn } from './page.js';

/** Today is the day after. */
const LAST = '2026-11-19';
const [MONTH, BEFORE, FIRST] = ['2026-11', '2026-10', '2025-11'];

/** What one key has used and cost on a day, in whole units, cents and hundredths of an hour. */
interface Event {
  readonly project: number;
  readonly day: string;
  readonly key: number;
  readonly tags: readonly string[] | null;
  readonly item: string | null;
  readonly endpoint: string;
  readonly model: string | null;
  readonly cents: number;
  readonly requests: number;
  readonly hours: number;
}
type Measure = 'cents' | 'requests' | 'hours';

const event = (projects: number): fc.Arbitrary<Event> =>
  fc.record({
    project: fc.nat(projects - 1),
    // Thirteen months and some days that are not shown; more often the last two months.
    day: fc
      .oneof(fc.integer({ min: -1, max: 400 }), fc.integer({ min: -1, max: 49 }))
      .map((back) => addDays(LAST, -back)),
    key: fc.nat(2),
    tags: fc.constantFrom(null, [], ['a'], ['b'], ['a', 'b']),
    item: fc.constantFrom('nova', 'aura', null),
    endpoint: fc.constantFrom('listen', 'speak'),
    model: fc.constantFrom('nova-3', 'aura-2', null),
    cents: fc.oneof(fc.integer({ min: -50_000, max: 900_000 }), fc.constant(0)),
    requests: fc.nat(5_000),
    hours: fc.nat(99_999),
  });

/** An account, by how many projects it has. All are there on the last day that is over, without anything. */
const account = fc
  .constantFrom(1, 2, 50)
  .chain((projects) => fc.tuple(fc.constant(projects), fc.array(event(projects), { maxLength: 30 })));

// Both are called otherwise for ten days of each month.
const isRenamed = (day: string) => day.slice(8, 9) === '1';
const projectName = (project: number, day: string) => `P${project}${isRenamed(day) ? ' old' : ''}`;
/** Two keys of a project have one name. */
const keyName = (key: number, day: string) => `K${key % 2}${isRenamed(day) ? ' old' : ''}`;

/** Sums of a measure by what events have in common. */
function sums(
  events: readonly Event[],
  measure: Measure,
  keyOf: (event: Event) => string,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const one of events) found.set(keyOf(one), (found.get(keyOf(one)) ?? 0) + one[measure]);
  return found;
}

/** Records as a source gives them: one of each project, day and group. */
function records(events: readonly Event[], group: (event: Event) => Line): readonly Line[] {
  const groups = new Map<string, Event[]>();
  for (const one of events) {
    const key = JSON.stringify([one.project, one.day, group(one)]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((some) => {
    const [{ project, day }] = some as [Event, ...Event[]]; // safe: a group is of something
    const total = (measure: Measure) => some.reduce((sum, one) => sum + one[measure], 0);
    return {
      project_id: `p-${project}`,
      project_name: projectName(project, day),
      date: day,
      ...group(some[0] as Event),
      cost_usd: total('cents') / 100,
      requests: total('requests'),
      hours: total('hours') / 100,
    };
  });
}

function linesOf(projects: number, events: readonly Event[]): Lines {
  const key = ({ key, day }: Event) => ({ accessor: `k-${key}`, api_key_name: keyName(key, day) });
  const item = (one: Event) => ({ line_item: one.item, line_item_name: one.item });
  const nothing = Array.from({ length: projects }, (_, project) => ({ ...NOTHING, project }));
  const all = records([...events, ...nothing], () => ({}));
  return {
    billing: all,
    usage: all,
    billing_by_line_item: records(events, item),
    billing_by_accessor: records(events, key),
    billing_by_line_item_tags: records(events, (one) => ({ ...item(one), tags: one.tags })),
    usage_by_accessor: records(events, key),
    usage_by_tags: records(events, ({ tags }) => ({ tags })),
    usage_by_endpoint: records(events, ({ endpoint }) => ({ endpoint })),
    usage_by_models: records(events, ({ model }) => ({ model, model_ids: model === null ? null : [model] })),
  };
}

const NOTHING = {
  day: LAST,
  key: 0,
  tags: null,
  item: null,
  endpoint: 'listen',
  model: null,
  cents: 0,
  requests: 0,
  hours: 0,
} as const;

/** A number of the page in hundredths, or whole; undefined where it says that nothing was read. */
function numberIn(cell = '–'): number | undefined {
  if (cell === '–') return undefined;
  const digits = cell.replace('\u2212', '-').replace(/[$,]/g, '');
  return digits.includes('.') ? Math.round(Number(digits) * 100) : Number(digits);
}

function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  const text = Math.abs(share).toFixed(Math.abs(share) < 9.95 ? 1 : 0);
  const grouped = text.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ',');
  return `${share < 0 && /[1-9]/.test(text) ? '\u2212' : ''}${grouped} %`;
}

/** Rows of a breakdown as they have to be, in any order; what has come to nothing has none. */
function expected(
  shown: readonly Event[],
  measure: Measure,
  { id, name, isWhole = true }: { id(of: Event): string; name(of: Event): string; isWhole?: boolean },
): readonly (readonly unknown[])[] {
  const of = (month: string) =>
    sums(
      shown.filter(({ day }) => day.startsWith(month)),
      measure,
      id,
    );
  const [now, before, all, hours] = [of(MONTH), of(BEFORE), of(''), sums(shown, 'hours', id)];
  // Those that come later say what it is called.
  const names = new Map(shown.map((one) => [id(one), name(one)]));
  const whole = [...sums(shown.filter(isOfMonth), measure, () => '').values()][0] ?? 0;
  return [...names].flatMap(([one, called]) => {
    const isNothing = all.get(one) === 0 && (measure === 'cents' || hours.get(one) === 0);
    const part = now.get(one) ?? 0;
    const row = [
      called,
      part,
      ...(isWhole ? [percent(part, whole)] : []),
      before.get(one) ?? 0,
      all.get(one),
    ];
    return isNothing ? [] : [row];
  });
}

const isOfMonth = ({ day }: Event) => day.startsWith(MONTH);

/** Rows of a breakdown as the page has them. */
function shownRows(page: string, caption: string): readonly (readonly unknown[])[] {
  const found = tablesIn(page).find((one) => one.caption.startsWith(caption));
  return (found?.rows ?? []).map((cells) =>
    cells.flatMap((cell, at): readonly unknown[] => {
      const head = found?.heads[at] ?? '';
      if (at === 0 || head === 'share') return [cell];
      return /^(November|October|since)/.test(head) ? [numberIn(cell)] : [];
    }),
  );
}

const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).sort();

it('of any account every number is the sum of the records: of one project and of fifty, in sparse months, with renames, credits, no tags, and days of nothing', async () => {
  await fc.assert(
    fc.asyncProperty(account, async ([projects, drawn]) => {
      const events = drawn.toSorted((one, other) => (one.day < other.day ? -1 : 1));
      const shown = events.filter(({ day }) => day >= FIRST);
      const terminal = await reportTerminal();

      const page = await replay(terminal, linesOf(projects, events));

      const keys = {
        id: ({ project, key }: Event) => `${project} ${key}`,
        name: ({ project, key, day }: Event) =>
          // Of all projects the last day with anything is one on which they have their last name.
          projects === 1 ? keyName(key, day) : `${keyName(key, day)} ${lastName(events, project)}`,
      };
      const same = (of: (one: Event) => string) => ({ id: of, name: of });
      const tags = same((one) => one.tags?.join(', ') || 'untagged');
      const single = shown.flatMap((one) =>
        one.tags === null || one.tags.length === 0 ? [one] : one.tags.map((tag) => ({ ...one, tags: [tag] })),
      );
      const project = {
        id: (one: Event) => String(one.project),
        name: (one: Event) => lastName(events, one.project),
      };
      for (const [caption, rows] of [
        ['Cost by project', expected(shown, 'cents', project)],
        [
          'Cost by line item',
          expected(
            shown,
            'cents',
            same((one) => one.item ?? 'no line item named'),
          ),
        ],
        ['Cost by API key', expected(shown, 'cents', keys)],
        ['Cost by set of tags', expected(shown, 'cents', tags)],
        ['Cost by single tag', expected(single, 'cents', { ...tags, isWhole: false })],
        ['Usage by API key', expected(shown, 'requests', keys)],
        ['Usage by set of tags', expected(shown, 'requests', tags)],
        [
          'Usage by endpoint',
          expected(
            shown,
            'requests',
            same(({ endpoint }) => endpoint),
          ),
        ],
        [
          'Usage by model,',
          expected(
            shown,
            'requests',
            same((one) => one.model ?? 'no model named'),
          ),
        ],
      ] as const)
        expect([caption, sorted(shownRows(page, caption))]).toEqual([caption, sorted(rows)]);

      const read = [...shown, ...Array.from({ length: projects }, (_, at) => ({ ...NOTHING, project: at }))];
      const byDay = sums(read, 'cents', ({ day }) => day);
      const byMonth = sums(read, 'cents', ({ day }) => day.slice(0, 7));
      const columnOf = (caption: string, head: string) =>
        Object.entries(rowsOf(page, caption)).map(([row, cells]) => [row, numberIn(cells[head])]);
      const newest = [...byDay.keys()].sort().at(-1) ?? LAST;
      expect(columnOf('Cost by day and line item', 'all')).toEqual(
        daysThrough('2026-10-01', newest)
          .map((day) => [day, byDay.get(day)])
          .reverse(),
      );
      expect(columnOf('Cost by month and line item', 'all')).toEqual(
        MONTHS.map((month) => [month, byMonth.get(month)]).reverse(),
      );
      for (const [caption, length] of [
        ['Cost by day and line item', 10],
        ['Cost by month and line item', 7],
      ] as const) {
        const ofItems = sums(
          shown,
          'cents',
          ({ day, item }) => `${day.slice(0, length)} ${item ?? 'no line item named'}`,
        );
        for (const [row, cells] of Object.entries(rowsOf(page, caption)))
          for (const [head, cell] of Object.entries(cells))
            if (head !== 'all' && cell !== '–')
              expect([caption, row, head, numberIn(cell)]).toEqual([
                caption,
                row,
                head,
                ofItems.get(`${row} ${head}`) ?? 0,
              ]);
      }
      for (const [caption, length] of [
        ['What was used on each day', 10],
        ['What was used in each month', 7],
      ] as const)
        for (const [measure, head] of [
          ['cents', 'dollars'],
          ['requests', 'requests'],
          ['hours', 'hours'],
        ] as const) {
          const given = sums(read, measure, ({ day }) => day.slice(0, length));
          const column = columnOf(caption, head).filter(([, value]) => value !== undefined);
          // A column of nothing at all is not there.
          if (column.length > 0 || measure === 'requests')
            expect([caption, head, Object.fromEntries(column)]).toEqual([
              caption,
              head,
              Object.fromEntries(given),
            ]);
        }
      const ofProjects = tablesIn(page).filter(({ caption }) =>
        caption.startsWith('Cost of each project by month'),
      );
      const cells = ofProjects.flatMap(({ heads, rows }) =>
        rows.flatMap(([name, ...values]) =>
          values.map((value, at) => [`${name} ${heads[at + 1]}`, numberIn(value)] as const),
        ),
      );
      const ofMonths = sums(
        read,
        'cents',
        ({ project: one, day }) => `${lastName(events, one)} ${day.slice(0, 7)}`,
      );
      expect(Object.fromEntries(cells.filter(([, value]) => value !== undefined))).toEqual(
        Object.fromEntries(ofMonths),
      );
    }),
    { numRuns: 8, seed: 2026 },
  );
});

const MONTHS = [...new Set(daysThrough('2025-11-01', LAST).map((day) => day.slice(0, 7)))];

/** The last day of which there is anything says what a project is called. */
function lastName(events: readonly Event[], project: number): string {
  const days = events.filter((one) => one.project === project).map(({ day }) => day);
  return projectName(project, [...days, LAST].sort().at(-1) ?? LAST);
}
