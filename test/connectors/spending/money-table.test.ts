import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { NOW } from '../../cli/terminal.js';
import { type Line, replay } from '../report/archive.js';
import { answer, ask, costsBy, spendingTerminal } from './spending-world.js';

const bill = (day: string, cost_usd: number, more: Line = {}): Line => ({
  project_id: 'p-1',
  project_name: 'Sales',
  date: day,
  cost_usd,
  ...more,
});

/** Each day of a month through a day. */
const through = (month: string, last: number) =>
  Array.from({ length: last }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`);

/** A dollar a day in October, two in November through today, half of it by one of two tags. */
const WHOLE = {
  billing: [
    ...through('2026-10', 31).map((day) => bill(day, 1)),
    ...through('2026-11', 20).map((day) => bill(day, 2)),
  ],
  billing_by_line_item_tags: [
    ...through('2026-10', 31).map((day) => bill(day, 1, { line_item: 'x', tags: ['a', 'b'] })),
    ...through('2026-11', 20).flatMap((day) => [
      bill(day, 1.5, { line_item: 'x', tags: ['a', 'b'] }),
      bill(day, 0.5, { line_item: 'x', tags: [] }),
    ]),
  ],
};

describe('a month that is not over', () => {
  it('is said to be so far, with what it will have cost, and compared by its days that are over', async () => {
    const terminal = await spendingTerminal();
    await replay(terminal, WHOLE);

    const { code, stdout } = await ask(terminal, '--by', 'tags');

    expect(code).toBe(0);
    expect(stdout).toBe(
      `From the totals of totals (out/report.html.parts): November 2026 through 2026-11-20, a day that is not over; last read on 2026-11-20 12:00 UTC.

November 2026 so far: $40.00, 100\u00A0% over October\u2019s same days; at this pace $60.00.
Change: Nov 1 to 19, days that are over, against Oct 1 to 19.

TAGS TOGETHER  COST SO FAR  SHARE  OCT 1 TO 19   CHANGE  OCTOBER
a, b                $30.00   75\u00A0%       $19.00   +$9.50   $31.00
untagged            $10.00   25\u00A0%        $0.00   +$9.50    $0.00
all                 $40.00  100\u00A0%       $19.00  +$19.00   $31.00
A request is in one row: that of all its tags together. These rows add up.
`,
    );
  });

  it('on its first day nothing of it is over: nothing is projected or compared', async () => {
    const terminal = await spendingTerminal({ now: Date.parse('2026-11-01T08:00:00Z') });
    await replay(terminal, { billing: [...through('2026-10', 31), '2026-11-01'].map((day) => bill(day, 3)) });

    const given = await answer(terminal, '--by', 'project');

    expect(given).toMatchObject({
      month: '2026-11',
      cost_usd: 3,
      month_before_usd: 93,
      projected_usd: null,
      change_usd: null,
      compared: null,
      notes: [],
    });
  });
});

describe('a month that is over', () => {
  it('is compared with all of the month before, however many days that had', async () => {
    const terminal = await spendingTerminal({ now: Date.parse('2026-12-02T08:00:00Z') });
    const days = [...through('2026-10', 31), ...through('2026-11', 30)];
    await replay(terminal, { billing: days.map((day) => bill(day, 1)) });

    const { stdout } = await ask(terminal, '--month', 'last', '--by', 'project');

    expect(stdout).toContain('November 2026: $30.00, 3.2\u00A0% under October.');
    expect(stdout).toContain('Change: against October 2026, all of it.');
    expect(stdout).toMatch(/^Sales +\$30\.00 +100\u00A0% +\u2212\$1\.00 +\$31\.00$/m);
  });

  it('has every day counted that nobody has read since it was over', async () => {
    let now = NOW;
    const terminal = await spendingTerminal({ clock: { now: () => now, sleep: async () => {} } });
    await replay(terminal, { billing: through('2026-11', 20).map((day) => bill(day, 1)) });
    now = Date.parse('2026-12-02T08:00:00Z');

    const { stdout } = await ask(terminal, '--month', 'last', '--by', 'project');

    expect(stdout).toContain('no bill of it was read: 2026-11-21 to 2026-11-30 of Sales.');
    expect(stdout).toContain('! Not whole, since it was read before it was over: 2026-11-20 of Sales.');
  });
});

it('a month without anything says so, and which months there are', async () => {
  const terminal = await spendingTerminal();
  await replay(terminal, { billing: [bill('2026-09-30', 1), bill('2026-11-19', 1)] });

  const { code, stdout } = await ask(terminal, '--month', '2026-05');
  const given = await answer(terminal, '--month', '2026-05');

  expect(code).toBe(0);
  expect(stdout).toContain('there is nothing of May 2026 in it; it has 2026-09 to 2026-11.');
  expect(stdout).toContain('What May 2026 has cost is not known: no bill was read.');
  expect(given).toMatchObject({ month: '2026-05', cost_usd: null, projected_usd: null });
});

describe('tags', () => {
  it('sets add up, single tags do not, and it says so', async () => {
    const terminal = await spendingTerminal();
    await replay(terminal, WHOLE);

    const given = await answer(terminal, '--by', 'tags,tag');

    expect(given.breakdowns.map(({ by, adds_up }) => [by, adds_up])).toEqual([
      ['tags', true],
      ['tag', false],
    ]);
    expect(costsBy(given, 'tags')).toEqual({ 'a, b': 30, untagged: 10 });
    expect(costsBy(given, 'tag')).toEqual({ a: 30, b: 30, untagged: 10 });
    expect(given.breakdowns.map(({ total }) => total?.cost_usd)).toEqual([40, undefined]);
    expect(given.breakdowns[1]?.notes.join()).toContain('more than the whole when added up');
  });
});

it('projects tell the other breakdowns apart where they are asked for; API keys are always of one', async () => {
  const terminal = await spendingTerminal();
  const lines = [
    bill('2026-11-19', 1),
    bill('2026-11-19', 4, { project_id: 'p-2', project_name: 'Support' }),
  ];
  const keys = lines.map((line) => ({
    ...line,
    accessor: `key-of-${line.project_id}`,
    api_key_name: 'prod',
  }));
  const tags = lines.map((line) => ({ ...line, line_item: 'x', tags: ['a'] }));
  await replay(terminal, { billing: lines, billing_by_accessor: keys, billing_by_line_item_tags: tags });

  const apart = await answer(terminal, '--by', 'project,tags');
  const together = await answer(terminal, '--by', 'tags,api_key');

  const rows = ({ breakdowns }: typeof apart, by: string) =>
    breakdowns
      .find((one) => one.by === by)
      ?.rows.map(({ project_name, name, cost_usd }) => [project_name, name, cost_usd]);
  expect(rows(apart, 'tags')).toEqual([
    ['Support', 'a', 4],
    ['Sales', 'a', 1],
  ]);
  expect(rows(together, 'tags')).toEqual([[null, 'a', 5]]);
  expect(rows(together, 'api_key')).toEqual([
    ['Support', 'prod', 4],
    ['Sales', 'prod', 1],
  ]);
});

it('two keys of a project that have one name have their ids beside it', async () => {
  const terminal = await spendingTerminal();
  const lines = ['k-1', 'k-2'].map((accessor) => bill('2026-11-19', 1, { accessor, api_key_name: 'prod' }));
  await replay(terminal, { billing: [bill('2026-11-19', 2)], billing_by_accessor: lines });

  const { stdout } = await ask(terminal, '--by', 'api_key');

  expect(stdout).toMatch(/^prod \(k-1\) /m);
  expect(stdout).toMatch(/^prod \(k-2\) /m);
});

it('two projects that have one name have as much of their ids beside it as tells them apart', async () => {
  const terminal = await spendingTerminal();
  const key = { accessor: 'k', api_key_name: 'production' };
  const lines = [bill('2026-11-19', 1), bill('2026-11-19', 2, { project_id: 'p-2' })];
  await replay(terminal, {
    billing: lines,
    billing_by_accessor: lines.map((line) => ({ ...line, ...key })),
  });

  const { stdout } = await ask(terminal, '--by', 'api_key');

  expect(stdout).toMatch(/^production {2}Sales \(p-2\) .*\nproduction {2}Sales \(p-1\) /m);
});

it('only the projects that are named, by id or name', async () => {
  const terminal = await spendingTerminal({ more: 'budget: { monthly: 10 }' });
  const lines = [
    bill('2026-11-19', 1),
    bill('2026-11-19', 4, { project_id: 'p-2', project_name: 'Support' }),
  ];
  await replay(terminal, { billing: lines });

  for (const project of ['p-2', 'Support']) {
    const given = await answer(terminal, '--project', project);
    expect([given.cost_usd, given.budget]).toEqual([4, null]);
    expect(given.notes.join()).toContain('The budget is for all projects');
  }
  const { code, stderr } = await ask(terminal, '--project', 'Nobody');
  expect(code).toBe(2);
  expect(stderr).toContain('There is no project "Nobody".');
  expect(stderr).toContain('Support (p-2)');
});

describe('the budget', () => {
  it.each([
    [30, 'Budget of 2026-11: $40.00 of $30.00 (133\u00A0%), $10.00 over.'],
    [50, 'Budget of 2026-11: $40.00 of $50.00 (80\u00A0%); at this pace it ends $10.00 over.'],
    [90, 'Budget of 2026-11: $40.00 of $90.00 (44\u00A0%); at this pace it ends $30.00 under.'],
  ])('of $%d a month', async (monthly, words) => {
    const terminal = await spendingTerminal({ more: `budget: { monthly: ${monthly} }` });
    await replay(terminal, WHOLE);

    const { code, stdout } = await ask(terminal, '--by', 'project');

    expect(code).toBe(0);
    expect(stdout).toContain(`! ${words}\n`);
  });

  it('of a day names how many days were over it, and the worst', async () => {
    const terminal = await spendingTerminal({ more: 'budget: { daily: 3 }' });
    const lines = [bill('2026-11-02', 3), bill('2026-11-03', 3.01), bill('2026-11-04', 7)];
    await replay(terminal, { billing: lines });

    const { stdout } = await ask(terminal, '--by', 'project');

    expect(stdout).toContain('exceeded on 2 days, most on 2026-11-04: $7.00.');
  });
});

it('cents do not drift: a thousand times 0.1 and 0.2 is 300', async () => {
  const terminal = await spendingTerminal();
  const lines = Array.from({ length: 1_000 }, (_, at) => [
    bill('2026-11-19', 0.1, { line_item: `a${at}`, tags: ['one'] }),
    bill('2026-11-19', 0.2, { line_item: `b${at}`, tags: ['one'] }),
  ]).flat();
  await replay(terminal, { billing: [bill('2026-11-19', 300)], billing_by_line_item_tags: lines });

  const { stdout } = await ask(terminal, '--format', 'csv', '--by', 'tags');

  const rows: readonly Record<string, string>[] = parse(stdout, { columns: true, bom: true });
  expect(rows.map(({ by, name, cost_usd }) => [by, name, cost_usd])).toEqual([
    ['all', 'all', '300.0'],
    ['tags', 'one', '300.0'],
  ]);
});

it('rows that are not the whole bill say so', async () => {
  const terminal = await spendingTerminal();
  await replay(terminal, {
    billing: [bill('2026-11-19', 5)],
    billing_by_line_item: [bill('2026-11-19', 3, { line_item: 'x' })],
  });

  const { stdout } = await ask(terminal, '--by', 'line_item,api_key');

  expect(stdout).toContain('These rows come to $3.00, the bill to $5.00.');
  expect(stdout).toContain('No cost by API key: there is none in what was read of the bill.');
});

it.each([
  ['--month', '2026-13', '--month: must be this, last, or a month as YYYY-MM'],
  ['--month', '2026-12', '--month: 2026-12 has not begun'],
  [
    '--by',
    'tag,modl',
    '--by: must be a list of project, api_key, tags, tag, line_item, model (did you mean "model"?)',
  ],
])('%s %s is a mistake that is explained', async (option, value, words) => {
  const terminal = await spendingTerminal();

  const { code, stdout, stderr } = await ask(terminal, option, value);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
});
