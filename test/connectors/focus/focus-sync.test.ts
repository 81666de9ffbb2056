import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { StandInOptions } from '../../../connectors/stand-ins/deepgram/stand-in-options.js';
import { NOW, Terminal } from '../../cli/terminal.js';
import { account, KEY } from '../../cli/world.js';
import { FOCUS_COLUMNS, MANDATORY, objectionsTo } from '../../contract/focus-columns.js';

type Charge = Readonly<Record<string, string>>;

interface Job {
  readonly account?: StandInOptions;
  readonly focus?: string;
  readonly billing?: string;
  readonly since?: string;
  readonly now?: number;
}

const BY_LINE_ITEM_AND_TAGS = '{ group_by: [line_item, [line_item, tags]] }';

async function job(options: Job = {}): Promise<Terminal> {
  const { url } = await account(options.account);
  const now = options.now ?? NOW;
  const terminal = await Terminal.open({
    env: { DEEPGRAM_API_KEY: KEY },
    clock: { now: () => now, sleep: async () => {} },
  });
  await write(terminal, url, options);
  return terminal;
}

function write(terminal: Terminal, url: string, { focus = '', billing, since = '22d' }: Job): Promise<void> {
  const text = `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: ${url} }
streams: { billing: ${billing ?? BY_LINE_ITEM_AND_TAGS} }
window: { since: ${since} }
sinks:
  bill: { type: focus, path: out/focus${focus} }
  archive: { type: ndjson, path: out/ndjson, streams: [billing] }
`;
  return terminal.write('job.yaml', text);
}

const sync = (terminal: Terminal, ...more: string[]) => terminal.run('sync', '-c', 'job.yaml', ...more);

/** The charges of each file, read by a CSV parser that is not ours. */
async function bill(terminal: Terminal): Promise<Readonly<Record<string, readonly Charge[]>>> {
  const files = Object.entries(await terminal.files('out/focus'));
  return Object.fromEntries(
    files
      .filter(([path]) => !path.startsWith('.'))
      .map(([path, text]) => [path, parse(text, { columns: true, relax_column_count: false }) as Charge[]]),
  );
}

/** Dollars by day, of the charges. */
function byDay(charges: readonly Charge[]): Readonly<Record<string, number>> {
  const days: Record<string, number> = {};
  for (const { ChargePeriodStart: start = '', BilledCost: cost } of charges) {
    days[start.slice(0, 10)] = (days[start.slice(0, 10)] ?? 0) + Number(cost);
  }
  return days;
}

/** Dollars by day, of the stream `billing` in the archive. */
async function billed(terminal: Terminal): Promise<Readonly<Record<string, number>>> {
  const days: Record<string, number> = {};
  for (const [path, text] of Object.entries(await terminal.files('out/ndjson/billing'))) {
    if (!path.endsWith('.ndjson')) continue;
    for (const line of text.split('\n').filter(Boolean)) {
      const { date, cost_usd: dollars } = JSON.parse(line);
      if (typeof dollars === 'number') days[date] = (days[date] ?? 0) + dollars;
    }
  }
  return days;
}

const closeTo = (days: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(days).map(([day, dollars]) => [day, expect.closeTo(dollars, 6)]));

describe('a month of a project in one file', () => {
  it('has every dollar of billing once, by day', async () => {
    const terminal = await job();

    const code = await sync(terminal);

    const files = await bill(terminal);
    expect(code).toBe(0);
    expect(Object.keys(files)).toEqual(['focus_p-1_2026-10.csv', 'focus_p-1_2026-11.csv']);
    expect(byDay(Object.values(files).flat())).toEqual(closeTo(await billed(terminal)));
    expect(files['focus_p-1_2026-10.csv']?.map((charge) => charge.ChargePeriodStart?.slice(0, 7))).toContain(
      '2026-10',
    );
  });

  it('FOCUS has nothing against it but that there is no quantity', async () => {
    const terminal = await job({
      billing: '{ group_by: [[line_item, tags, accessor, deployment]] }',
      focus: ', breakdown: billing_by_line_item_tags_accessor_deployment',
    });

    await sync(terminal);

    const charges = Object.values(await bill(terminal)).flat();
    expect(charges.length).toBeGreaterThan(50);
    expect(Object.keys(charges[0] ?? {})).toEqual(Object.keys(FOCUS_COLUMNS));
    expect(MANDATORY).toHaveLength(21);
    expect([...new Set(charges.flatMap(objectionsTo))]).toEqual(['PricingQuantity is null for usage: ']);
    expect(
      charges.some(
        ({ Tags, ResourceId, SkuId, x_Deployment }) => Tags && ResourceId && SkuId && x_Deployment,
      ),
    ).toBe(true);
  });

  it('ends a day and a month with the first moment that is no longer theirs', async () => {
    const terminal = await job();

    await sync(terminal);

    const [first] = (await bill(terminal))['focus_p-1_2026-10.csv'] ?? [];
    expect(first).toMatchObject({
      ChargePeriodStart: '2026-10-29T00:00:00Z',
      ChargePeriodEnd: '2026-10-30T00:00:00Z',
      BillingPeriodStart: '2026-10-01T00:00:00Z',
      BillingPeriodEnd: '2026-11-01T00:00:00Z',
    });
  });
});

it.each([
  [
    'in one way, whatever the order in which it comes',
    ['web', '__proto__', 'app'],
    '{"__proto__":true,"app":true,"web":true}',
  ],
  [
    'without what databases refuse in JSON, and the file with it',
    ['nul\0', 'half\uD800', 'whole \u{1F600}', 'line\nbreak'],
    '{"half\uFFFD":true,"line\\nbreak":true,"nul\uFFFD":true,"whole \u{1F600}":true}',
  ],
])('writes a set of tags %s', async (_, tags, written) => {
  const grouping = { start: '2026-11-20', end: '2026-11-20', line_item: 'batch::nova-3' };
  const results = [{ dollars: 1, grouping: { ...grouping, tags } }];
  const resolution = { units: 'day', amount: 1 };
  const answer = { start: '2026-11-20', end: '2026-11-20', resolution, results };
  const terminal = await job({
    billing: '{ group_by: [[line_item, tags]] }',
    account: { answers: { '/v1/projects/p-1/billing/breakdown': answer } },
  });

  await sync(terminal, '--since', '2026-11-20');

  const charges = Object.values(await bill(terminal)).flat();
  expect(charges.map(({ Tags }) => Tags)).toEqual([written]);
});

describe('run again', () => {
  it('leaves the same files, and keeps days that were not read', async () => {
    const terminal = await job();
    await sync(terminal);
    const before = await terminal.files('out/focus');

    const code = await sync(terminal.again(), '--full-refresh', '--since', '2026-11-18');

    expect(code).toBe(0);
    expect(await terminal.files('out/focus')).toEqual(before);
  });

  it('writes a month that somebody has removed', async () => {
    const terminal = await job();
    await sync(terminal);
    const before = await terminal.files('out/focus');
    await rm(join(terminal.cwd, 'out/focus/focus_p-1_2026-10.csv'));

    const code = await sync(terminal.again());

    expect(code).toBe(0);
    expect(await terminal.files('out/focus')).toEqual(before);
  });

  it('of another breakdown replaces the days, and doubles none', async () => {
    const { url } = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await write(terminal, url, {});
    await sync(terminal);
    await write(terminal, url, { focus: ', breakdown: billing_by_line_item' });

    await sync(terminal);

    const charges = Object.values(await bill(terminal)).flat();
    expect(byDay(charges)).toEqual(closeTo(await billed(terminal)));
    expect(charges.filter(({ Tags }) => Tags !== '')).toEqual([]);
  });
});

describe('what is said', () => {
  it('a month that is over and lacks days, with what adds them', async () => {
    const terminal = await job();

    await sync(terminal);

    expect(terminal.stdout).toContain(
      'focus_p-1_2026-10.csv lacks 2026-10-01 to 2026-10-28, which were never read: `deepgram-export sync --sink bill --since 2026-10-01` adds them.',
    );
    expect(terminal.stdout).not.toContain('2026-11.csv lacks');
  });

  it('once, however many projects lack the same', async () => {
    const projects = ['p-1', 'p-2', 'p-3'].map((id) => ({ id, name: id }));
    const terminal = await job({ account: { projects } });

    await sync(terminal);

    expect(terminal.stdout.match(/were never read/g)).toHaveLength(1);
    expect(terminal.stdout).toContain('focus_p-1_2026-10.csv and 2 more lack 2026-10-01 to 2026-10-28');
  });

  it('and nothing of it when they are there', async () => {
    const terminal = await job();
    await sync(terminal);
    const later = terminal.again();

    await later.run('sync', '-c', 'job.yaml', '--sink', 'bill', '--since', '2026-10-01');

    expect(later.stdout).not.toContain('lacks');
    expect(Object.keys(byDay((await bill(terminal))['focus_p-1_2026-10.csv'] ?? []))).toHaveLength(31);
  });

  it('records without a cost', async () => {
    const period = { start: '2026-11-20', end: '2026-11-20' };
    const rows = [
      { dollars: null, grouping: { ...period, line_item: 'streaming::nova-3' } },
      { dollars: -2.5, grouping: { ...period, line_item: 'credit::goodwill' } },
    ];
    const answer = {
      start: '2026-11-20',
      end: '2026-11-20',
      resolution: { units: 'day', amount: 1 },
      results: rows,
    };
    const terminal = await job({
      billing: '{ group_by: [line_item] }',
      account: { answers: { '/v1/projects/p-1/billing/breakdown': answer } },
    });

    await sync(terminal, '--since', '2026-11-20', '--summary', 'summary.json');

    const charges = Object.values(await bill(terminal)).flat();
    const summary = (await terminal.files())['summary.json'] ?? '';
    expect(charges.map(({ BilledCost }) => BilledCost)).toEqual(['-2.5']);
    expect(summary).toContain('no cost is known');
  });
});

it('names and ids of strangers stay text', async () => {
  const id = '-p1';
  const name = '=cmd|"calc"!A0,\r\n::error::forged';
  const terminal = await job({ account: { projects: [{ id, name }] } });

  const code = await sync(terminal);

  const files = await bill(terminal);
  const charges = Object.values(files).flat();
  expect(code).toBe(0);
  expect(Object.keys(files)).toContain('focus_-p1_2026-11.csv');
  expect([...new Set(charges.map((charge) => charge.BillingAccountId))]).toEqual([`'${id}`]);
  expect([...new Set(charges.map((charge) => charge.BillingAccountName))]).toEqual([
    '\'=cmd|"calc"!A0, ::error::forged',
  ]);
});
