import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StandInOptions } from '../../../connectors/stand-ins/deepgram/stand-in-options.js';
import { NOW, Terminal } from '../../cli/terminal.js';
import { account, KEY } from '../../cli/world.js';
import { rowsOf, sectionText, tablesIn } from './page.js';

/** A record as a line of the archive says it. */
interface Json {
  readonly [name: string]: string | number | null | undefined;
  readonly date: string;
  readonly created_at: string;
  readonly request_id: string;
}

const PROJECTS = [
  { id: 'p-1', name: 'Support line' },
  { id: 'p-2', name: 'Sales' },
];

let october: ReturnType<typeof synced> | undefined;

/** An account since the first of October: tests that only look share it. */
function syncedOnce(): ReturnType<typeof synced> {
  october ??= synced({}, '2026-10-01');
  return october;
}

/** Syncs an account to a report and to an archive. */
async function synced(options: StandInOptions = {}, since = '2026-11-12') {
  const { url } = await account({ projects: PROJECTS, requestsPerDay: 30, ...options });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${url}" }
window: { since: ${since} }
sinks:
  report: { type: report, path: out/report.html }
  archive: { type: ndjson, path: out/ndjson }
`,
  );
  const code = await terminal.run('sync', '-c', 'job.yaml', '--quiet');
  const files = await terminal.files('out');
  const records = (stream: string): Json[] =>
    Object.entries(files)
      .filter(([path]) => path.startsWith(`ndjson/${stream}/`))
      .flatMap(([, text]) => text.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line));
  return { terminal, code, page: files['report.html'] ?? '', records };
}

/** Sums of a field in billionths, exactly, by what `keyOf` says of each record. */
function sums(records: readonly Json[], field: string, keyOf: (record: Json) => string): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const record of records) {
    const nano = BigInt(Math.round(Number(record[field] ?? 0) * 1e9));
    found.set(keyOf(record), (found.get(keyOf(record)) ?? 0n) + nano);
  }
  return found;
}

/** Lists are no values of {@link Json}, so that all else need not be looked at. */
const tagsOf = (row: Json): readonly string[] => JSON.parse(JSON.stringify(row.tags ?? []));
const of = (records: readonly Json[], month: string) =>
  records.filter(({ date }) => String(date).startsWith(month));
/** As the page writes dollars, from billionths. */
function dollars(nano: bigint): string {
  const value = Number(nano) / 1e9;
  const text = Math.abs(value).toFixed(value !== 0 && Math.abs(value) < 0.01 ? 4 : 2);
  return `${value < 0 ? '\u2212' : ''}$${text.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ',')}`;
}
const column = (rows: ReturnType<typeof rowsOf>, head: string) =>
  Object.fromEntries(Object.entries(rows).map(([name, cells]) => [name, cells[head]]));
const inDollars = (by: ReadonlyMap<string, bigint>) =>
  Object.fromEntries([...by].map(([key, nano]) => [key, dollars(nano)]));

describe('the numbers of the page are the sums of the records', () => {
  it.each([
    ['line item', 'Cost by line item', 'billing_by_line_item', (row: Json) => String(row.line_item_name)],
    ['project', 'Cost by project', 'billing', (row: Json) => String(row.project_name)],
    [
      'API key',
      'Cost by API key',
      'billing_by_accessor',
      (row: Json) => `${row.api_key_name ?? row.accessor} ${row.project_name}`,
    ],
    [
      'set of tags',
      'Cost by set of tags',
      'billing_by_line_item_tags',
      (row: Json) => tagsOf(row).join(', ') || 'untagged',
    ],
    ['model', 'Cost by model', 'requests', (row: Json) => String(row.model ?? 'no model named')],
  ] as const)('cost by %s', async (_, caption, stream, keyOf) => {
    const { page, records } = await syncedOnce();

    const rows = rowsOf(page, caption);
    const all = records(stream);
    expect(column(rows, 'November 2026, dollars')).toMatchObject(
      inDollars(sums(of(all, '2026-11'), 'cost_usd', keyOf)),
    );
    expect(column(rows, 'October')).toMatchObject(inDollars(sums(of(all, '2026-10'), 'cost_usd', keyOf)));
    expect(column(rows, 'since Oct 2026')).toEqual(inDollars(sums(all, 'cost_usd', keyOf)));
  });

  it('cost by single tag: a set counts for each of its tags', async () => {
    const { page, records } = await syncedOnce();

    const single = records('billing_by_line_item_tags').flatMap((row): Json[] => {
      const tags = tagsOf(row);
      return (tags.length === 0 ? ['untagged'] : tags).map((tag) => ({ ...row, tag }));
    });
    expect(column(rowsOf(page, 'Cost by single tag'), 'since Oct 2026')).toEqual(
      inDollars(sums(single, 'cost_usd', ({ tag }) => String(tag))),
    );
  });

  it('cost of each day and month, and of each project and month', async () => {
    const { page, records } = await syncedOnce();

    const bills = records('billing');
    expect(column(rowsOf(page, 'Cost by day and line item'), 'all')).toEqual(
      inDollars(sums(bills, 'cost_usd', ({ date }) => date)),
    );
    expect(column(rowsOf(page, 'Cost by month and line item'), 'all')).toMatchObject(
      inDollars(sums(bills, 'cost_usd', ({ date }) => String(date).slice(0, 7))),
    );
    const october = sums(of(bills, '2026-10'), 'cost_usd', ({ project_name: name }) => String(name));
    expect(column(rowsOf(page, 'Cost of each project by month'), '2026-10')).toEqual(inDollars(october));
  });

  it('usage of each day, and by endpoint', async () => {
    const { page, records } = await syncedOnce();

    const total = (some: readonly Json[], field: string) =>
      some.reduce((sum, record) => sum + Number(record[field] ?? 0), 0);
    const digits = (text = '') => Number(text.replaceAll(',', ''));
    const days = rowsOf(page, 'What was used on each day');
    const used = records('usage');
    expect(Object.keys(days)).toHaveLength(51);
    for (const [day, cells] of Object.entries(days)) {
      const ofDay = used.filter(({ date }) => date === day);
      expect(digits(cells.requests)).toBe(total(ofDay, 'requests'));
      expect(digits(cells.hours)).toBeCloseTo(total(ofDay, 'hours'), 2);
      expect(digits(cells.characters)).toBe(total(ofDay, 'tts_characters'));
      expect(digits(cells['tokens in'])).toBe(total(ofDay, 'tokens_in'));
    }
    for (const [endpoint, cells] of Object.entries(rowsOf(page, 'Usage by endpoint'))) {
      const ofEndpoint = of(records('usage_by_endpoint'), '2026-11').filter(
        (row) => row.endpoint === endpoint,
      );
      expect(digits(cells['November 2026, requests'])).toBe(total(ofEndpoint, 'requests'));
    }
  });

  it('failed requests by code and message, and the last requests in the order of their time', async () => {
    const { page, records } = await syncedOnce();

    const failed = records('requests')
      .filter(({ status }) => status === 'error')
      .map((record) => ({ ...record, one: 1e-9 }));
    const kinds = sums(
      failed,
      'one',
      // A message is one line, without its last stop.
      ({ code, error_message: said }) => `${code} ${String(said).replace(/\s+/g, ' ').replace(/\.$/, '')}`,
    );
    const table = tablesIn(page).find(({ caption }) => caption === 'Failed requests by code and message');
    const shown = table?.rows.map(([code, message, count]) => [`${code} ${message}`, count]);
    expect(Object.fromEntries(shown ?? [])).toEqual(
      Object.fromEntries([...kinds].map(([kind, some]) => [kind, String(some)])),
    );
    const log = tablesIn(page).filter(({ section }) => section === 'log');
    const ids = log.flatMap(({ heads, rows }) =>
      heads.includes('cost') ? rows.map((cells) => cells.at(-1)) : [],
    );
    const newest = records('requests').toSorted((one, other) =>
      one.created_at === other.created_at
        ? one.request_id < other.request_id
          ? -1
          : 1
        : one.created_at < other.created_at
          ? 1
          : -1,
    );
    expect(ids).toEqual(newest.slice(0, 500).map(({ request_id: id }) => id));
  });

  it('the sentence at its head', async () => {
    const { page, records } = await syncedOnce();

    const bills = records('billing');
    const nano = (some: readonly Json[]) => sums(some, 'cost_usd', () => 'all').get('all') ?? 0n;
    const [complete, same] = ['2026-11', '2026-10'].map((month) =>
      nano(of(bills, month).filter(({ date }) => String(date).slice(8) < '20')),
    );
    const change = (100 * Number((complete ?? 0n) - (same ?? 0n))) / Number(same);
    const words = `${Math.abs(change).toFixed(Math.abs(change) < 9.95 ? 1 : 0)} % ${change > 0 ? 'over' : 'under'}`;
    const pace = nano(of(bills, '2026-11')) && Number(complete) + (Number(complete) / 19) * 11;
    expect(sectionText(page, 'glance')).toContain(
      `November 2026 so far: ${dollars(nano(of(bills, '2026-11')))}, ${words} October’s same days; at this pace ${dollars(BigInt(Math.round(Number(pace))))}.`,
    );
  });
});

describe('does it add up', () => {
  it('nothing is left unexplained of an account where all is well', async () => {
    const { page } = await synced();

    expect(sectionText(page, 'sums')).toContain('comparisons of days agree. Every difference is explained.');
    expect(rowsOf(page, 'What was compared')['hours of requests, against usage']).toEqual({
      agree: '0',
      explained: '18',
      'not explained': '0',
      'cannot be told': '0',
      'a difference of a day counts above': '0.005 hours',
    });
  });

  it('its numbers are those of the reconciliation, whose records the archive has', async () => {
    const { page, records } = await syncedOnce();

    const compared = records('reconciliation');
    const of = (verdict: string) => String(compared.filter((row) => row.verdict === verdict).length);
    const table = tablesIn(page).find(({ caption }) => caption.startsWith('What was compared'));
    const total = (head: string) => {
      const at = table?.heads.indexOf(head) ?? 0;
      return String(table?.rows.reduce((sum, cells) => sum + Number(cells[at]?.replaceAll(',', '')), 0));
    };
    expect(compared.length).toBeGreaterThan(1_000);
    expect(table?.rows).toHaveLength(new Set(compared.map(({ comparison }) => comparison)).size);
    expect([total('agree'), total('explained'), total('not explained'), total('cannot be told')]).toEqual(
      ['equal', 'explained', 'unexplained', 'unknown'].map(of),
    );
  });

  it('nor of one whose requests have no cost', async () => {
    const { page } = await synced({ prices: false });

    expect(sectionText(page, 'sums')).not.toContain('are not explained');
    expect(rowsOf(page, 'Why nothing can be said')['costs of requests, against the bill']).toMatchObject({
      why: 'the costs of requests: not given',
      days: '18',
    });
    expect(sectionText(page, 'cost')).toContain('0 of ');
  });
});

it('an account without a request has a page that says so', async () => {
  const { code, page } = await synced({ requestsPerDay: 0 });

  expect(code).toBe(0);
  expect(sectionText(page, 'glance')).toContain('November 2026 so far: $0.00');
  expect(sectionText(page, 'log')).toContain('No requests were read');
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

it('a page that is gone is there again after the next run, and totals that are damaged are delivered again', async () => {
  const { terminal, page } = await synced();
  const path = join(terminal.cwd, 'out/report.html');
  const totals = 'out/report.html.parts/project_id=p-1/2026-11.ndjson';
  const whole = await readFile(join(terminal.cwd, totals), 'utf8');
  await terminal.write(totals, whole.replace('"stream":"billing","kind"', '"stream":"billing","ki'));

  await terminal.write('out/report.html', '');
  expect(await terminal.again().run('sync', '-c', 'job.yaml', '--quiet')).toBe(0);

  expect(tablesIn(await readFile(path, 'utf8'))).toEqual(tablesIn(page));
});

it('keeps its totals behind no link that somebody has put in their place', async () => {
  const { terminal } = await synced();
  const parts = join(terminal.cwd, 'out/report.html.parts');
  await rm(parts, { recursive: true });
  await mkdir(join(terminal.cwd, 'elsewhere'));
  await symlink(join(terminal.cwd, 'elsewhere'), parts);

  const again = terminal.again();
  const code = await again.run('sync', '-c', 'job.yaml');

  expect(code).toBe(4);
  expect(again.stdout).toContain('out/report.html.parts: it is a symbolic link');
  expect(await terminal.files('elsewhere')).toEqual({});
});

it('a first run with a state reads the months that are shown', async () => {
  const { url } = await account({ requestsPerDay: 2 });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${url}" }
streams: { usage: { group_by: [] }, billing: { group_by: [] } }
sinks:
  report: { type: report, path: out/report.html, months: 4 }
`,
  );

  await terminal.run('sync', '-c', 'job.yaml', '--quiet');

  const { 'report.html': page = '' } = await terminal.files('out');
  const fresh = rowsOf(page, 'Streams of this page');
  expect(fresh.billing).toMatchObject({ 'first day': '2026-08-01', 'last day': '2026-11-20', missing: '0' });
  expect(fresh.requests).toMatchObject({ 'first day': '2026-08-23' });
  expect(NOW).toBe(Date.parse('2026-11-20T12:00:00Z'));
});
