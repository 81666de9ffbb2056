import { describe, expect, it } from 'vitest';
import { account, KEY } from '../../cli/world.js';
import { type Line, replay } from '../report/archive.js';
import { rowsOf } from '../report/page.js';
import { type Answer, answer, ask, costsBy, STORES, spendingTerminal } from './spending-world.js';

const BY = ['--by', 'project,api_key,tags,tag,line_item,model'];
/** Those that it is about. */
const STREAMS = [
  'billing',
  'billing_by_line_item',
  'billing_by_accessor',
  'billing_by_line_item_tags',
  'requests',
];
const PROJECTS = [
  { id: 'p-1', name: 'Support line' },
  { id: 'p-2', name: 'Sales' },
];

let exported: ReturnType<typeof exportedAccount> | undefined;

/** An account in all stores: tests that only look share it. */
function exportedOnce(): ReturnType<typeof exportedAccount> {
  exported ??= exportedAccount();
  return exported;
}

async function exportedAccount() {
  const { url, calls } = await account({ projects: PROJECTS, requestsPerDay: 4 });
  const terminal = await spendingTerminal({ stores: STORES, url, env: { DEEPGRAM_API_KEY: KEY } });
  const code = await terminal.run('sync', '-c', 'job.yaml', '--quiet', '--stream', ...STREAMS);
  const files = await terminal.files('out');
  const callsOfSync = calls.length;
  const answers: Record<string, Record<string, Answer>> = {};
  for (const month of ['this', 'last']) {
    answers[month] = {};
    for (const store of STORES) {
      answers[month][store] = await answer(terminal, '-c', `${store}.yaml`, '--month', month, ...BY);
    }
  }
  const records = (stream: string): readonly Line[] =>
    Object.entries(files)
      .filter(([path]) => path.startsWith(`ndjson/${stream}/`))
      .flatMap(([, text]) => text.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line));
  return {
    code,
    terminal,
    page: files['report.html'] ?? '',
    answers,
    records,
    calls: calls.length - callsOfSync,
  };
}

/** Without what tells one store from another. */
function numbersOf(given: Answer | undefined) {
  return { ...given, from: '', read_at: '' };
}

/** Sums of cost in billionths of a dollar, exactly. */
function sums(records: readonly Line[], month: string, keysOf: (record: Line) => readonly string[]) {
  const found = new Map<string, bigint>();
  for (const record of records.filter(({ date }) => String(date).startsWith(month))) {
    const nano = BigInt(Math.round(Number(record.cost_usd ?? 0) * 1e9));
    for (const key of keysOf(record)) found.set(key, (found.get(key) ?? 0n) + nano);
  }
  const known = [...found].filter(([, nano]) => nano !== 0n);
  return Object.fromEntries(known.map(([key, nano]) => [key, Number(nano) / 1e9]));
}

const tagsOf = ({ tags }: Line): readonly string[] => (Array.isArray(tags) ? tags.map(String) : []);

describe.each(STORES)('from the %s alone', (store) => {
  it('without a call and without a key', async () => {
    const { code, calls, answers } = await exportedOnce();

    expect([code, calls]).toEqual([0, 0]);
    expect(answers.this?.[store]?.month).toBe('2026-11');
    expect(answers.last?.[store]?.month).toBe('2026-10');
  });

  it.each([
    ['this', '2026-11'],
    ['last', '2026-10'],
  ])('costs of %s month are the sums of the records', async (which, month) => {
    const { answers, records } = await exportedOnce();

    const given = answers[which]?.[store] as Answer;
    const of = (stream: string, keysOf: (record: Line) => readonly string[]) =>
      sums(records(stream), month, keysOf);
    expect({ all: given.cost_usd }).toEqual(of('billing', () => ['all']));
    expect(costsBy(given, 'project')).toEqual(of('billing', (row) => [String(row.project_name)]));
    const rowsBy = (by: string) => given.breakdowns.find((one) => one.by === by)?.rows ?? [];
    const inProject = (by: string) =>
      Object.fromEntries(
        rowsBy(by).flatMap((row) =>
          row.cost_usd ? [[`${row.project_name} ${row.name}`, row.cost_usd]] : [],
        ),
      );
    expect(inProject('api_key')).toEqual(
      of('billing_by_accessor', (row) => [`${row.project_name} ${row.api_key_name ?? row.accessor}`]),
    );
    expect(inProject('tags')).toEqual(
      of('billing_by_line_item_tags', (row) => [
        `${row.project_name} ${tagsOf(row).join(', ') || 'untagged'}`,
      ]),
    );
    expect(inProject('tag')).toEqual(
      of('billing_by_line_item_tags', (row) =>
        (tagsOf(row).length === 0 ? ['untagged'] : tagsOf(row)).map((tag) => `${row.project_name} ${tag}`),
      ),
    );
    expect(inProject('line_item')).toEqual(
      of('billing_by_line_item', (row) => [`${row.project_name} ${row.line_item_name}`]),
    );
    expect(inProject('model')).toEqual(
      of('requests', (row) => [`${row.project_name} ${row.model ?? 'no model named'}`]),
    );
  });

  it.each(['this', 'last'])(
    'the table of %s month is that of the totals, to the last digit',
    async (which) => {
      const { answers } = await exportedOnce();

      expect(numbersOf(answers[which]?.[store])).toEqual(numbersOf(answers[which]?.totals));
    },
  );
});

it('the numbers are those of the page', async () => {
  const { terminal, page } = await exportedOnce();

  const { stdout } = await ask(terminal, '--by', 'line_item,tags,tag,model');

  const cellsOf = (line: string) => line.trim().split(/ {2,}/);
  const lines = stdout.split('\n').map(cellsOf);
  for (const [caption, head] of [
    ['Cost by line item', 'LINE ITEM'],
    ['Cost by set of tags', 'TAGS TOGETHER'],
    ['Cost by single tag', 'TAG'],
    ['Cost by model', 'MODEL'],
  ] as const) {
    const from = lines.findIndex(([first]) => first === head);
    const block = lines.slice(
      from + 1,
      lines.findIndex(([first], at) => at > from && first === ''),
    );
    const shown = Object.entries(rowsOf(page, caption)).filter(([, { October }]) => October !== '$0.00');
    expect(shown.length).toBeGreaterThan(3);
    for (const [name, cells] of shown) {
      const found = block.find(([first]) => first === name);
      expect([name, found?.[1], found?.at(-1)]).toEqual([
        name,
        cells['November 2026, dollars'],
        cells.October,
      ]);
    }
  }
  expect(stdout).toContain('November 2026 so far: $');
  const [lead = ''] = /November 2026 so far:.*?\.(?=<)/.exec(page.replace(/<\/?b>/g, '')) ?? [];
  expect(stdout).toContain(lead);
});

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

it('a day that was restated counts as it is now, in every store', async () => {
  const terminal = await spendingTerminal({ stores: STORES, env: {} });
  const lines = (cost: number) =>
    [bill('2026-11-18', 5), bill('2026-11-19', cost)].map((line) => ({
      ...line,
      tags: ['a'],
      line_item: 'x',
    }));
  await replay(terminal, { billing: lines(7), billing_by_line_item_tags: lines(7) });

  await replay(terminal, { billing: lines(9.5), billing_by_line_item_tags: lines(9.5) });

  for (const store of STORES) {
    const given = await answer(terminal, '-c', `${store}.yaml`, '--by', 'project,tags');
    expect([given.cost_usd, costsBy(given, 'project'), costsBy(given, 'tags')]).toEqual([
      14.5,
      { Sales: 14.5 },
      { a: 14.5 },
    ]);
  }
});

it('a day that was not read is said, in every store, and nothing is compared with a month that has one', async () => {
  const terminal = await spendingTerminal({ stores: STORES });
  const days = [...through('2026-10', 31), ...through('2026-11', 20)];
  const lines = days
    .filter((day) => !['2026-10-03', '2026-11-07', '2026-11-08'].includes(day))
    .map((day) => bill(day, 1));

  await replay(terminal, { billing: lines });

  for (const store of STORES) {
    const { stdout } = await ask(terminal, '-c', `${store}.yaml`, '--by', 'project');
    expect(stdout).toContain('November 2026 so far: $18.00; at this pace');
    expect(stdout).toContain(
      '! Not in these sums, since no bill of it was read: 2026-11-07 to 2026-11-08 of Sales.',
    );
    expect(stdout).toContain('! Not in these sums, since no bill of it was read: 2026-10-03 of Sales.');
    expect(stdout).not.toMatch(/change/i);
  }
});

it('a project and a key that were renamed have their last names, in every store', async () => {
  const terminal = await spendingTerminal({ stores: STORES });
  const lines = ['2026-10-30', '2026-11-18', '2026-11-19'].map((day, at) =>
    bill(day, 1, { project_name: `Sales ${at}`, accessor: 'key-1', api_key_name: `key ${at}` }),
  );

  await replay(terminal, { billing: lines, billing_by_accessor: lines });

  for (const store of STORES) {
    const given = await answer(terminal, '-c', `${store}.yaml`, '--by', 'project,api_key');
    expect([costsBy(given, 'project'), costsBy(given, 'api_key')]).toEqual([
      { 'Sales 2': 2 },
      { 'key 2': 2 },
    ]);
  }
});
