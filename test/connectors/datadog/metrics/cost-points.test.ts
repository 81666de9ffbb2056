import { describe, expect, it } from 'vitest';
import type { ProjectCosts } from '../../../../src/catalogue/costs.js';
import type { Project } from '../../../../src/streams/partition.js';
import { Terminal } from '../../../cli/terminal.js';
import { account, intake as datadogOf, jobText, KEY } from '../../../cli/world.js';
import { close, openAccount, SUPPORT, seen } from '../account.js';

const SALES: Project = { id: 'p2', name: 'Sales' };
/** Of a project that was in use long before; the account's clock says November 20, 12:20. */
const LONG_IN_USE = { '2026-11-05': 20, '2026-11-06': 20, '2026-11-12': 20, '2026-11-13': 20 };

describe('the month to date', () => {
  it('is what every project has cost since the 1st, at one moment', async () => {
    const costs = [costsOf({ '2026-10-31': 99, '2026-11-01': 10, '2026-11-20': 0.25 }), costsOf({}, SALES)];

    const { intake } = await closed(costs, { tags: ['env:prod'] });

    expect(intake.query('deepgram.billing.month_to_date.cost')).toMatchObject([
      { type: 3, unit: 'dollar', value: 0, tags: ['env:prod', 'project:sales', 'project_id:p2'] },
      { type: 3, unit: 'dollar', value: 10.25, tags: ['env:prod', 'project:support_line', 'project_id:p1'] },
    ]);
    expect(seen(intake, 'deepgram.billing.month_to_date.cost').map(([at]) => at)).toEqual([
      '2026-11-20T12:20:00Z',
      '2026-11-20T12:20:00Z',
    ]);
  });

  it('is not sent of a project whose costs are not known', async () => {
    const failure = { code: 'HTTP_STATUS', kind: 'auth', message: 'No.' } as const;

    const { intake } = await closed([{ project: SUPPORT, failure }, costsOf({}, SALES)]);

    const tags = intake.query('deepgram.billing.month_to_date.cost').flatMap((point) => point.tags);
    expect(tags).toEqual(['project:sales', 'project_id:p2']);
  });
});

it('the cost of today comes with every run, and is nothing where nothing was billed yet', async () => {
  const { intake } = await closed([costsOf({ '2026-11-20': 1.5 }), costsOf({ '2026-11-19': 7 }, SALES)]);

  expect(intake.query('deepgram.billing.today.cost')).toMatchObject([
    { type: 3, unit: 'dollar', value: 0, tags: ['project:sales', 'project_id:p2'] },
    { type: 3, unit: 'dollar', value: 1.5, tags: ['project:support_line', 'project_id:p1'] },
  ]);
});

describe('the rise against the week before', () => {
  it.each([
    ['the present day, as soon as it has cost more than the whole earlier one', { '2026-11-20': 35 }, 75],
    ['the last day, while the present one has hardly begun', { '2026-11-19': 28, '2026-11-20': 1 }, 40],
    ['the greater of both', { '2026-11-19': 60, '2026-11-20': 35 }, 200],
    ['a fall, where there is one', { '2026-11-19': 15, '2026-11-20': 10 }, -25],
  ])('is that of %s', async (_, days, rise) => {
    const { intake } = await closed([costsOf({ ...LONG_IN_USE, ...days })]);

    expect(intake.query('deepgram.billing.rise')).toMatchObject([
      { type: 3, unit: 'percent', value: rise, tags: ['project:support_line', 'project_id:p1'] },
    ]);
  });

  it('counts a day before that cost less than 10 dollars as 10', async () => {
    const { intake } = await closed([
      costsOf({ ...LONG_IN_USE, '2026-11-12': 0.01, '2026-11-13': 0, '2026-11-20': 12 }),
    ]);

    expect(seen(intake, 'deepgram.billing.rise')).toEqual([['2026-11-20T12:20:00Z', 20]]);
  });

  it.each([
    ['in its first days', { '2026-11-19': 500, '2026-11-20': 900 }],
    ['whose first day, of which it may be a part, was a week ago', { '2026-11-13': 1, '2026-11-20': 900 }],
    ['that came back after a pause of two weeks', { '2026-10-30': 50, '2026-11-20': 900 }],
  ])('is not told of a project %s', async (_, days) => {
    const { intake } = await closed([costsOf(days)]);

    expect(intake.query('deepgram.billing.rise')).toEqual([]);
    expect(intake.query('deepgram.billing.month_to_date.cost')).toHaveLength(1);
  });

  it('is told on the eighth day of a project, of which the first one was compared with nothing', async () => {
    const { intake } = await closed([costsOf({ '2026-11-12': 1, '2026-11-13': 20, '2026-11-20': 30 })]);

    expect(seen(intake, 'deepgram.billing.rise')).toEqual([['2026-11-20T12:20:00Z', 50]]);
  });
});

describe('a run', () => {
  it('sends the month to date whatever its window is, without a call more', async () => {
    const run = await sync('--since', '2026-11-20');

    const days = { results: [{ dollars: 40, start: '2026-11-02', end: '2026-11-02' }] };
    const other = await sync({ answers: { [BREAKDOWN]: days } }, '--since', '2026-11-20');

    expect(run.code).toBe(0);
    expect(other.sent('deepgram.billing.month_to_date.cost')).toEqual([40]);
    expect(run.calls.filter((path) => path === BREAKDOWN)).toHaveLength(1);
  });

  it('sends the same series for today as the day itself', async () => {
    const { series } = await sync('--since', '2026-11-20');

    expect(series('deepgram.billing.today.cost')).toEqual(['project:support_line,project_id:p-1']);
  });

  it('that ends before today asks for the month by itself', async () => {
    const { sent, calls } = await sync('--since', '2026-11-01', '--until', '2026-11-02');

    expect(sent('deepgram.billing.month_to_date.cost')).toHaveLength(1);
    expect(calls.filter((path) => path === BREAKDOWN)).toHaveLength(2);
  });

  it('asks for no costs where its sink does not get the bill', async () => {
    const { sent, calls } = await sync('--stream', 'usage', '--no-state');

    expect(sent('deepgram.billing.month_to_date.cost')).toEqual([]);
    expect(calls).not.toContain(BREAKDOWN);
  });

  it('by a key that may not read the bill sends none', async () => {
    const { code, sent, stdout } = await sync({ role: 'member' }, '--stream', 'billing');

    expect(code).toBe(3);
    expect(sent('deepgram.billing.month_to_date.cost')).toEqual([]);
    expect(stdout).toContain('The API key may not read billing.');
  });
});

const BREAKDOWN = '/v1/projects/p-1/billing/breakdown';

async function sync(...rest: readonly (string | Parameters<typeof account>[0])[]) {
  const argv = rest.filter((one) => typeof one === 'string');
  const options = rest.find((one) => typeof one === 'object');
  const standIn = await account(options);
  const intake = await datadogOf(KEY);
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const sink = `datadog: { type: datadog-metrics, api_key: ${KEY}, api_url: "${intake.url}" }`;
  await terminal.write('job.yaml', jobText(standIn.url, [sink]));
  const streams = argv.includes('--stream') ? [] : ['--stream', 'billing'];
  const code = await terminal.run('sync', '-c', 'job.yaml', ...streams, ...argv);
  return {
    code,
    stdout: terminal.stdout,
    calls: standIn.calls.map(({ path }) => path),
    series: (metric: string) => [...new Set(intake.query(metric).map(({ tags }) => tags.join()))],
    sent: (metric: string) => intake.query(metric).map(({ value }) => value),
  };
}

/** What a sink has sent that was closed with these costs. */
async function closed(costs: readonly ProjectCosts[], settings = {}) {
  const { intake, open } = await openAccount();
  await close(await open(settings), { costs });
  return { intake };
}

function costsOf(days: Readonly<Record<string, number>>, project = SUPPORT): ProjectCosts {
  return { project, days: new Map(Object.entries(days)) };
}
