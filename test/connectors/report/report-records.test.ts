import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysThrough } from '../../../src/time/day.js';
import { type Line, replay, reportTerminal } from './archive.js';
import { rowsOf, sectionText, tablesIn } from './page.js';

const bill = (day: string, cost_usd: number, more: Line = {}): Line => ({
  project_id: 'p-1',
  project_name: 'Sales',
  date: day,
  cost_usd,
  ...more,
});

describe('a day that comes again', () => {
  it('replaces its numbers, and no others', async () => {
    const terminal = await reportTerminal();
    await replay(terminal, { billing: [bill('2026-11-18', 5), bill('2026-11-19', 7)] });

    const page = await replay(terminal, { billing: [bill('2026-11-19', 9.5)] });

    const days = rowsOf(page, 'Cost by day');
    expect([days['2026-11-18']?.all, days['2026-11-19']?.all]).toEqual(['$5.00', '$9.50']);
    expect(sectionText(page, 'glance')).toContain('November 2026 so far: $14.50');
  });

  it('replaces them also in a month that is not drawn day by day', async () => {
    const terminal = await reportTerminal();
    const newest = bill('2026-11-19', 1);
    await replay(terminal, { billing: [newest, bill('2026-02-03', 5), bill('2026-02-04', 6)] });

    const page = await replay(terminal, { billing: [newest, bill('2026-02-03', 8)] });

    expect(rowsOf(page, 'Cost by month')['2026-02']?.all).toBe('$14.00');
  });

  it('replaces them also in the month before, which is drawn day by day', async () => {
    const terminal = await reportTerminal();
    const lines = (amount: number) => [
      bill('2026-11-19', 1, { line_item: 'nova' }),
      bill('2026-10-03', amount, { line_item: 'nova' }),
    ];
    await replay(terminal, { billing: lines(5), billing_by_line_item: lines(5) });

    const page = await replay(terminal, { billing: lines(8), billing_by_line_item: lines(8) });

    expect(rowsOf(page, 'Cost by day')['2026-10-03']).toMatchObject({ all: '$8.00', nova: '$8.00' });
  });
});

describe('the month before', () => {
  const days = [...daysThrough('2026-10-01', '2026-10-31'), ...daysThrough('2026-11-01', '2026-11-19')];
  const pageOf = async (some: readonly string[]) => {
    const lines = some.map((day) => bill(day, day < '2026-11' ? 1 : 2, { line_item: 'nova' }));
    return replay(await reportTerminal(), { billing: lines, billing_by_line_item: lines });
  };

  it('is compared with by its same days, and both sums are said', async () => {
    const page = await pageOf(days);

    expect(sectionText(page, 'glance')).toContain(
      '$38.00, 100 % over October’s same days; at this pace $60.00.',
    );
    expect(sectionText(page, 'glance')).toContain(
      '$38.00 on days that are over, $19.00 on the same of October; $60.00 at its end, at this pace; $31.00 in October as a whole',
    );
    expect(sectionText(page, 'moved')).toContain(
      'The line item nova cost $19.00 more than on October’s same days',
    );
  });

  it.each([
    ['of the month', '2026-11-07', '$31.00 in October as a whole'],
    ['of the month before', '2026-10-07', '$30.00 in October as far as read'],
  ])('is not compared with where a day %s was not read', async (_, missing, before) => {
    const page = await pageOf(days.filter((day) => day !== missing));

    expect(sectionText(page, 'glance')).not.toContain('over October');
    expect(sectionText(page, 'glance')).toContain('not compared: not every day was read');
    expect(sectionText(page, 'glance')).toContain(before);
    expect(sectionText(page, 'moved')).toContain(
      'Nothing is compared: not every bill was read of Nov 1 to 19 against Oct 1 to 19.',
    );
  });
});

it('a project and a key that were renamed are one row, under the last name', async () => {
  const lines = ['2026-09-30', '2026-11-18', '2026-11-19'].map((day, at) =>
    bill(day, 1, { project_name: `Sales ${at}`, accessor: 'key-1', api_key_name: `key ${at}` }),
  );

  const page = await replay(await reportTerminal(), { billing: lines, billing_by_accessor: lines });

  expect(rowsOf(page, 'Cost by project')).toMatchObject({ 'Sales 2': { 'since Sep 2026': '$3.00' } });
  expect(rowsOf(page, 'Cost by API key')).toMatchObject({ 'key 2': { 'since Sep 2026': '$3.00' } });
  expect(tablesIn(page).find(({ caption }) => caption.startsWith('Cost by API key'))?.rows).toHaveLength(1);
});

it('credits are below zero, and a balance below zero is used up', async () => {
  const credit = [bill('2026-11-18', 3), bill('2026-11-19', -4.25)];
  const look = bill('2026-11-19', 0, {
    observed_at: '2026-11-19T10:00:00.000000Z',
    balance_id: 'b-1',
    amount: -12.5,
    units: 'USD',
  });

  const page = await replay(await reportTerminal(), { billing: credit, balances: [look] });

  expect(rowsOf(page, 'Cost by day')['2026-11-19']?.all).toBe('\u2212$4.25');
  expect(sectionText(page, 'keys')).toContain('\u2212$12.50 left on 2026-11-19. The credit is used up.');
});

it('a balance that was read long ago is shown, with its day and without a pace', async () => {
  const look = bill('2026-07-03', 0, {
    observed_at: '2026-07-03T10:00:00.000000Z',
    balance_id: 'b-1',
    amount: 812.5,
    units: 'USD',
  });
  const terminal = await reportTerminal();
  const bills = { billing: [bill('2026-07-03', 4), bill('2026-11-19', 4)] };

  const page = await replay(terminal, { ...bills, balances: [look] });
  // The second time the month is not added up again.
  const again = await replay(terminal, { billing: [bill('2026-11-18', 3)] });

  for (const text of [page, again]) {
    expect(sectionText(text, 'glance')).toContain('$812.50on 2026-07-03, the last look');
    expect(sectionText(text, 'keys')).toContain(
      '$812.50 left on 2026-07-03. That is the last look: what was spent since is not taken off.',
    );
    expect(sectionText(text, 'keys')).not.toContain('lasts until');
  }
});

it('a balance of a project that nobody looked at one day is that of its last look', async () => {
  const look = (day: string, project: string, amount: number) =>
    bill(day, 0, {
      project_id: project,
      observed_at: `${day}T10:00:00.000000Z`,
      balance_id: 'b',
      amount,
      units: 'USD',
    });

  const page = await replay(await reportTerminal(), {
    billing: [bill('2026-11-19', 1)],
    balances: [
      look('2026-11-15', 'p-1', 900),
      look('2026-11-16', 'p-1', 100),
      look('2026-11-16', 'p-2', 50),
      look('2026-11-17', 'p-2', 40),
      look('2026-11-19', 'p-1', 70),
      look('2026-11-19', 'p-2', 30),
    ],
  });

  const left = Object.entries(rowsOf(page, 'Balance by day')).map(([day, cells]) => [day, cells.left]);
  expect(left).toEqual([
    ['2026-11-19', '$100.00'],
    ['2026-11-17', '$140.00'],
    ['2026-11-16', '$150.00'],
  ]);
});

it('cents do not drift: a thousand times 0.1 and 0.2 is 300', async () => {
  const lines = Array.from({ length: 1_000 }, (_, at) => [
    bill('2026-11-19', 0.1, { line_item: `a${at}`, tags: ['one'] }),
    bill('2026-11-19', 0.2, { line_item: `b${at}`, tags: ['one'] }),
  ]).flat();

  const page = await replay(await reportTerminal(), {
    billing_by_line_item_tags: lines,
    billing: [bill('2026-11-19', 300)],
  });

  expect(rowsOf(page, 'Cost by set of tags')).toMatchObject({
    one: { 'since Nov 2026': '$300.00', share: '100 %' },
  });
});

it('one tag a request does not make the totals grow: the 200 largest of a day are told apart', async () => {
  const lines = Array.from({ length: 1_000 }, (_, at) =>
    bill('2026-11-19', (at + 1) / 100, { line_item: 'x', tags: [`call-${at}`] }),
  );
  const terminal = await reportTerminal();

  const page = await replay(terminal, {
    billing_by_line_item_tags: lines,
    billing: [bill('2026-11-19', 5_005)],
  });

  const { 'project_id=p-1/2026-11.ndjson': totals = '' } = await terminal.files('out/report.html.parts');
  expect(new Set(totals.match(/call-\d+/g)).size).toBe(200);
  const rows = tablesIn(page).find(({ caption }) => caption.startsWith('Cost by set of tags'))?.rows ?? [];
  expect(rows[0]?.slice(0, 2)).toEqual(['call-999', '$10.00']);
  expect(sectionText(page, 'cost')).toContain('161 smaller ones came to $4,612.80 this month');
});

it('tags have the cost that any random bill gives them', async () => {
  const rows = fc.array(
    fc.record({
      project: fc.constantFrom('p-1', 'p-2', 'p-3'),
      back: fc.integer({ min: 0, max: 45 }),
      item: fc.constantFrom('nova', 'aura', null),
      tags: fc.constantFrom(null, [], ['a'], ['b'], ['a', 'b']),
      nano: fc.integer({ min: -5_000_000_000, max: 90_000_000_000 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(rows, async (drawn) => {
      const unique = new Map(
        drawn.map((row) => [JSON.stringify([row.project, row.back, row.item, row.tags]), row]),
      );
      const lines = [...unique.values()].map(({ project, back, item, tags, nano }) => ({
        nano,
        line: {
          project_id: project,
          project_name: project,
          date: addDays('2026-11-19', -back),
          line_item: item,
          tags,
          cost_usd: nano / 1e9,
        },
      }));

      const page = await replay(await reportTerminal(), {
        billing_by_line_item_tags: lines.map(({ line }) => line),
      });

      const sums = new Map<string, number>();
      for (const { nano, line } of lines) {
        const name = line.tags?.join(', ') || 'untagged';
        sums.set(name, (sums.get(name) ?? 0) + nano);
      }
      const shown = rowsOf(page, 'Cost by set of tags');
      for (const [name, nano] of sums) {
        const since = Object.keys(shown[name] ?? {}).find((head) => head.startsWith('since'));
        const cell = shown[name]?.[since ?? ''] ?? '$0.00';
        const value = Number(cell.replace('\u2212', '-').replace(/[$,]/g, ''));
        expect(Math.abs(value - nano / 1e9)).toBeLessThanOrEqual(0.0050001);
      }
    }),
    { numRuns: 12 },
  );
});

describe('does it add up', () => {
  const held = (day: string, comparison: string, more: Line): Line => ({
    project_id: 'p-1',
    project_name: 'Sales',
    date: day,
    comparison,
    unit: 'request',
    counted: 10,
    reported: 10,
    difference: 0,
    difference_percent: 0,
    tolerance: 0,
    verdict: 'equal',
    explanation: null,
    ...more,
  });
  const lost = { counted: 8, difference: -2, difference_percent: -20, verdict: 'unexplained' };
  const cost = { unit: 'dollar', counted: 3.99, reported: 5, difference: -1.01, tolerance: 0.01 };

  it('what nothing explains stands in red, with its numbers and how much it may be', async () => {
    const page = await replay(await reportTerminal(), {
      reconciliation: [
        held('2026-11-17', 'usage_by_tags requests', {}),
        held('2026-11-17', 'cost', { ...cost, verdict: 'unexplained' }),
        held('2026-11-18', 'requests', lost),
      ],
    });

    expect(sectionText(page, 'sums')).toContain(
      '1 of 3 comparisons of days agree. 2 differences are not explained.',
    );
    expect(page).toContain('<span class=bad>2 differences are not explained.</span>');
    expect(page).toContain('<span class=bad>\u22122</span>');
    expect(tablesIn(page).find(({ caption }) => caption.startsWith('Differences'))?.rows).toEqual([
      ['2026-11-18', 'Sales', 'requests in the log, against usage', '8', '10', '\u22122', '\u221220 %', '0'],
      ['2026-11-17', 'Sales', WORDS.cost, '$3.99', '$5.00', '\u2212$1.01', '\u221220 %', '$0.01'],
    ]);
  });

  it('what is explained, or cannot be told, is added up by what is known, over months and projects', async () => {
    const terminal = await reportTerminal();
    const spoken = (day: string, project: string, difference: number) =>
      held(day, 'hours', {
        project_id: project,
        unit: 'hour',
        difference,
        tolerance: 0.005,
        verdict: 'explained',
        explanation: 'the length of speech',
      });
    const unread = (day: string) => held(day, 'cost', { verdict: 'unknown', explanation: 'not read' });
    const lines = [
      spoken('2026-02-03', 'p-2', 0.5),
      spoken('2026-11-18', 'p-1', 0.25),
      spoken('2026-11-19', 'p-1', 1),
      unread('2026-02-03'),
    ];
    const page = await replay(terminal, { reconciliation: lines });
    // The second time February is not added up again.
    const again = await replay(terminal, { reconciliation: [held('2026-11-19', 'requests', {})] });

    const explained = (text: string) => rowsOf(text, 'What explains')[WORDS.hours];
    expect(sectionText(page, 'sums')).toContain(
      '0 of 3 comparisons of days agree. Every difference is explained.',
    );
    expect(explained(page)).toEqual({
      why: 'the length of speech',
      days: '3',
      first: '2026-02-03',
      last: '2026-11-19',
      difference: '1.75',
    });
    expect(explained(again)).toMatchObject({ days: '2', last: '2026-11-18', difference: '0.75' });
    for (const text of [page, again])
      expect(rowsOf(text, 'Why nothing')[WORDS.cost]).toMatchObject({ why: 'not read', days: '1' });
  });

  it.each([
    ['all agree', [held('2026-11-18', 'requests', {})], 'Yes: the one comparison of a day agrees.'],
    ['nothing can be told', [held('2026-11-18', 'cost', { verdict: 'unknown' })], 'It cannot be told.'],
    ['nothing was compared', [], 'Nothing was compared: it takes the stream reconciliation'],
  ])('says so where %s', async (_, reconciliation, said) => {
    const page = await replay(await reportTerminal(), { reconciliation, billing: [bill('2026-11-18', 5)] });

    expect(sectionText(page, 'sums')).toContain(said);
    expect(sectionText(page, 'sums')).not.toContain('are not explained');
  });

  const WORDS = {
    cost: 'costs of requests, against the bill',
    hours: 'hours of requests, against usage',
  };
});

describe('hostile names', () => {
  const NAMES = {
    script: '<script>alert(1)</script>',
    quotes: `"'><img src=x onerror=alert(1)>`,
    direction: '\u202Egnp.exe\u2066',
    control: 'a\u0000b\u001B[2J',
    entity: '&lt;b&gt; &amp;',
    style: '</style><style>*{display:none}',
    template: '${1+1} {{x}}',
    long: 'x'.repeat(5_000),
  };

  it.each(Object.entries(NAMES))('%s is text, in tables, charts and sentences', async (_, name) => {
    const lines = [bill('2026-10-19', 1), bill('2026-11-19', 5)].map((line) => ({
      ...line,
      project_name: name,
      line_item: name,
      line_item_name: name,
      tags: [name],
      accessor: name,
      api_key_name: name,
    }));
    const request: Line = {
      project_id: 'p-1',
      project_name: name,
      request_id: name,
      created_at: '2026-11-19T10:00:00.000000Z',
      status: 'error',
      settled: true,
      endpoint: name,
      method: name,
      code: 400,
      error_message: name,
      api_key_id: name,
      api_key_name: name,
      model: name,
      date: '2026-11-19',
    };

    const page = await replay(await reportTerminal(), {
      billing: lines,
      billing_by_line_item_tags: lines,
      billing_by_accessor: lines,
      requests: [request],
    });

    const tags = new Set([...page.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag));
    expect([...tags].filter((tag) => !KNOWN.has(tag ?? ''))).toEqual([]);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).not.toMatch(/\son\w+=(?!alert)/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(page).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202A-\u202E\u2066-\u2069]/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const seen = name.replace(/[\u0000-\u001F\u202E\u2066]/g, '\uFFFD');
    const shown = seen.length > 100 ? `${seen.slice(0, 99)}…` : seen;
    expect(Object.keys(rowsOf(page, 'Cost by single tag'))).toEqual([shown]);
  });

  const KNOWN = new Set(
    '!doctype html head meta title style body header h1 h2 h3 p nav a main section dl div dt dd table caption thead tbody tfoot tr th td span b bdi ul li figure figcaption details summary code svg defs pattern line g text path rect desc i time footer'.split(
      ' ',
    ),
  );
});

it('asks nobody for anything and runs nothing', async () => {
  const page = await replay(await reportTerminal(), { billing: [bill('2026-11-19', 5)] });

  expect(page).toContain(
    `<meta http-equiv=Content-Security-Policy content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
  );
  expect(page).not.toMatch(/<script|<link|<iframe|<img|src=(?!')|url\((?!#)|https?:|javascript:/);
});

it('shows as many months and requests as it is told', async () => {
  const lines = ['2026-08-05', '2026-10-05', '2026-11-05'].map((day) => bill(day, 1));
  const requests = Array.from({ length: 5 }, (_, at) => ({
    project_id: 'p-1',
    request_id: `r-${at}`,
    created_at: `2026-11-05T10:00:0${at}.000000Z`,
    status: 'success',
    settled: true,
    endpoint: 'listen',
    date: '2026-11-05',
  }));

  const page = await replay(await reportTerminal('months: 2, requests: 3'), { billing: lines, requests });

  expect(Object.keys(rowsOf(page, 'Cost by month'))).toEqual(['2026-11', '2026-10']);
  expect(rowsOf(page, 'Cost by project')).toMatchObject({ Sales: { 'since Oct 2026': '$2.00' } });
  const log = tablesIn(page).find(({ section }) => section === 'log')?.rows ?? [];
  expect(log.map((cells) => cells.at(-1))).toEqual(['r-4', 'r-3', 'r-2']);
});

it('lists the last requests of all projects together, also those of one day', async () => {
  const request = (project: string, at: string) => ({
    project_id: project,
    request_id: `${project} ${at}`,
    created_at: `2026-11-${at}.000000Z`,
    status: 'error',
    settled: true,
    endpoint: 'listen',
    date: `2026-11-${at.slice(0, 2)}`,
  });
  const [first, second, third] = ['04T09:00:00', '05T10:00:00', '05T11:00:00'];

  const page = await replay(await reportTerminal('requests: 2'), {
    requests: [request('p-1', first), request('p-1', second), request('p-2', first), request('p-2', third)],
  });

  const log = tablesIn(page).filter(({ section }) => section === 'log');
  expect(log.map(({ rows }) => rows.map((cells) => cells.at(-1)))).toEqual([
    [`p-2 ${third}`],
    [`p-2 ${third}`, `p-1 ${second}`],
  ]);
});

it('can be read by keyboard and by ear: a table that is wider than the page can be moved, and each of the log has its own caption', async () => {
  const failed: Line = {
    project_id: 'p-1',
    request_id: 'r-1',
    created_at: '2026-11-19T10:00:00.000000Z',
    date: '2026-11-19',
    endpoint: 'listen',
    settled: true,
    status: 'error',
    code: 400,
    error_message: 'Bad Request',
  };

  const page = await replay(await reportTerminal(), { requests: [failed] });

  expect(page.match(/<div class=w tabindex=0><table/g)).toHaveLength(page.match(/<table/g)?.length ?? 0);
  const log = tablesIn(page).filter(({ section }) => section === 'log');
  expect(log.map(({ caption }) => caption)).toEqual([
    'The last errors, the newest first',
    'The last requests, the newest first',
  ]);
});
