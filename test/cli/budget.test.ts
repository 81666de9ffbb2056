import { describe, expect, it } from 'vitest';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import type { Summary } from '../../src/summary/summary.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY } from './world.js';

const ASKED = '--fail-over-budget';
/** Of the days that are not named here, nothing is billed. */
const BILLED = {
  '2026-10-31': 75,
  '2026-11-01': 100,
  '2026-11-12': 60.5,
  '2026-11-19': 30.25,
  '2026-11-20': 12,
};

describe('a budget', () => {
  it('that a day exceeds ends the run with exit 3, and how much it is over is said', async () => {
    const { code, terminal, summary } = await sync('{ daily: 10 }', {}, ASKED, '--since', '2026-11-20');

    expect(code).toBe(3);
    expect(terminal.stdout).toContain('The budget is exceeded. Everything was delivered. (exit 3)');
    expect(notesIn(terminal.stdout)).toEqual([
      '2026-11-19 has cost $30.25: $20.25 over the daily budget of $10.00.',
      '2026-11-20 has cost $12.00 so far: $2.00 over the daily budget of $10.00.',
    ]);
    expect(summary).toMatchObject({ outcome: 'over-budget', exit_code: 3, sinks: [{ failure: null }] });
    expect(summary.budget).toEqual({
      verdict: 'exceeded',
      periods: [
        { ...daily('2026-11-19'), budget_usd: 10, cost_usd: 30.25, over_usd: 20.25 },
        { ...daily('2026-11-20'), budget_usd: 10, cost_usd: 12, over_usd: 2 },
      ],
      unknown: [],
    });
  });

  it('of the month counts from the 1st, whatever the window is', async () => {
    const { code, terminal, summary } = await sync('{ monthly: 200 }', {}, ASKED, '--since', '2026-11-20');

    expect(code).toBe(3);
    expect(notesIn(terminal.stdout)).toEqual([
      '2026-11 has cost $202.75 so far: $2.75 over the monthly budget of $200.00.',
    ]);
    expect(summary.budget?.periods).toEqual([
      { ...monthly('2026-11-01', '2026-11-20'), budget_usd: 200, cost_usd: 202.75, over_usd: 2.75 },
    ]);
  });

  it('counts up to today where the window ends before', async () => {
    const { summary } = await sync(
      '{ monthly: 200 }',
      {},
      ASKED,
      '--since',
      '2026-11-02',
      '--until',
      '2026-11-03',
    );

    expect(summary).toMatchObject({ outcome: 'over-budget', window: { until: '2026-11-03' } });
    expect(summary.budget?.periods).toMatchObject([{ until: '2026-11-20', cost_usd: 202.75 }]);
  });

  it('that is kept is no failure, and what was spent is said', async () => {
    const { code, terminal, summary } = await sync('{ daily: 30.25, monthly: 202.75 }', {}, ASKED);

    expect(code).toBe(0);
    expect(terminal.stdout).toContain('Everything was delivered.');
    expect(terminal.stdout).toContain(
      '  budget: 2026-11-19 $30.25 of $30.25, 2026-11-20 $12.00 of $30.25, 2026-11 $202.75 of $202.75\n',
    );
    expect(summary.budget).toMatchObject({ verdict: 'within', unknown: [] });
  });

  it('of the month before counts on the 1st, when its last day is over', async () => {
    const { terminal, code } = await sync(
      '{ monthly: 120 }',
      { now: Date.parse('2026-12-01T02:00:00Z') },
      ASKED,
    );

    expect(code).toBe(3);
    expect(notesIn(terminal.stdout)).toEqual([
      '2026-11 has cost $202.75: $82.75 over the monthly budget of $120.00.',
    ]);
  });

  it('is exceeded by all projects together, and not by the way in which binary fractions add up', async () => {
    const two = [
      { id: 'p-1', name: 'Support line' },
      { id: 'p-2', name: 'Sales' },
    ];
    const options = { projects: two, billed: { '2026-11-19': 0.1, '2026-11-20': 0.05 } };

    const kept = await sync('{ monthly: 0.3 }', options, ASKED);
    const exceeded = await sync('{ monthly: 0.29 }', options, ASKED);

    expect(kept.summary.budget).toMatchObject({
      verdict: 'within',
      periods: [{ cost_usd: 0.3, over_usd: 0 }],
    });
    expect(exceeded.code).toBe(3);
    expect(notesIn(exceeded.terminal.stdout)).toEqual([
      '2026-11 has cost $0.30 so far: $0.01 over the monthly budget of $0.29.',
    ]);
  });

  it('is in the step summary of a CI run', async () => {
    const { terminal } = await sync('{ daily: 10, monthly: 4000 }', {}, ASKED);

    const { 'steps.md': steps = '' } = await terminal.files();
    expect(steps).toContain(
      '### deepgram-export: The budget is exceeded. Everything was delivered. (exit 3)',
    );
    expect(steps).toContain(
      '- 2026-11-20 has cost \\$12.00 so far: \\$2.00 over the daily budget of \\$10.00.',
    );
  });

  it('takes no call more than the readings of a run', async () => {
    const asked = await sync('{ daily: 10, monthly: 100 }', {}, ASKED);
    const notAsked = await sync('{ daily: 10, monthly: 100 }', {});

    expect(asked.calls).toEqual(notAsked.calls);
    expect(notAsked.code).toBe(0);
    expect(notAsked.summary.budget).toBeNull();
  });

  it('counts in a dry run', async () => {
    const { code, terminal } = await sync('{ daily: 10 }', {}, ASKED, '--dry-run');

    expect(code).toBe(3);
    expect(terminal.stdout).toContain('The budget is exceeded. Dry run: everything was read, nothing was');
  });

  it('does not hide that a sink has failed', async () => {
    const { code, terminal, summary } = await sync('{ daily: 10 }', { blocked: true }, ASKED);

    expect(code).toBe(5);
    expect(summary.outcome).toBe('all-sinks-failed');
    expect(notesIn(terminal.stdout).join()).toContain('$2.00 over the daily budget');
  });
});

describe('where it cannot be told whether the budget is kept', () => {
  const member: StandInOptions = { role: 'member' };

  it('the run says so and ends with exit 3, although a stream may be skipped', async () => {
    const { code, terminal, summary } = await sync(
      '{ daily: 1000 }',
      { ...member, source: 'unavailable: skip' },
      ASKED,
    );

    expect(code).toBe(3);
    expect(terminal.stdout).toContain(
      'It cannot be told whether the budget is kept. Delivered, without what the API key may not read: billing. (exit 3)',
    );
    expect(notesIn(terminal.stdout)[0]).toMatch(
      /^Whether the budget is kept cannot be told: the cost of Support line is not known\. .*billing:read/,
    );
    expect(summary).toMatchObject({
      outcome: 'budget-unknown',
      budget: { verdict: 'unknown', unknown: [{ project: 'p-1', lacks: 'billing:read' }] },
    });
  });

  it('what is known of the other projects still exceeds it', async () => {
    const projects = [
      { id: 'p-1', name: 'Support line' },
      { id: 'p-2', name: 'Sales' },
    ];
    const errors = { '/v1/projects/p-2/billing/breakdown': { status: 404, body: 'no' } };

    const { code, terminal } = await sync(
      '{ daily: 11 }',
      { projects, errors },
      ASKED,
      '--since',
      '2026-11-20',
    );

    expect(code).toBe(3);
    const [first, second, third] = notesIn(terminal.stdout);
    expect(first).toBe('2026-11-19 has cost at least $30.25: $19.25 over the daily budget of $11.00.');
    expect(second).toBe('2026-11-20 has cost at least $12.00 so far: $1.00 over the daily budget of $11.00.');
    expect(third).toMatch(/^It may be more: the cost of Sales is not known\./);
  });

  it('since a day has no cost in the bill, that is said', async () => {
    const answers = {
      '/v1/projects/p-1/billing/breakdown': { results: [{ start: '2026-11-18', end: '2026-11-18' }] },
    };

    const { code, terminal } = await sync('{ monthly: 11 }', { answers }, ASKED);

    expect(code).toBe(3);
    expect(notesIn(terminal.stdout)[0]).toContain('Deepgram does not say what Support line');
  });
});

describe('--fail-over-budget is refused with exit 2', () => {
  it.each([
    ['without a budget', [], 'the configuration has no budget', 'budget: { daily: 200, monthly: 4000 }'],
    ['with a part of the projects', ['--project', 'p-1'], 'the budget is for all projects', 'Leave out one'],
  ])('%s', async (_, argv, mistake, hint) => {
    const { code, terminal, calls } = await sync(
      argv.length === 0 ? '' : '{ daily: 10 }',
      {},
      ASKED,
      ...argv,
    );

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(`--fail-over-budget: ${mistake}`);
    expect(terminal.stderr).toContain(hint);
    expect(calls).toEqual([]);
  });
});

interface Account extends StandInOptions {
  /** Dollars by day, of each project. */
  readonly billed?: Readonly<Record<string, number>>;
  /** A setting of the source. */
  readonly source?: string;
  /** True where a file is in the way of the sink. */
  readonly blocked?: boolean;
}

/** `sync` of the bill with this budget. */
async function sync(
  budget: string,
  { billed = BILLED, source, blocked, now = NOW, ...options }: Account,
  ...argv: readonly string[]
) {
  const projects = options.projects ?? [{ id: 'p-1', name: 'Support line' }];
  const results = Object.entries(billed).map(([day, dollars]) => ({
    dollars,
    grouping: { start: day, end: day },
  }));
  const bills = projects.map(({ id }) => [`/v1/projects/${id}/billing/breakdown`, { results }]);
  const answers = options.role === undefined ? Object.fromEntries(bills) : {};
  const standIn = await account({ now, answers, ...options });
  const env = { DEEPGRAM_API_KEY: KEY, GITHUB_STEP_SUMMARY: 'steps.md' };
  const terminal = await Terminal.open({ env, clock: { now: () => now, sleep: async () => {} } });
  const job = jobText(standIn.url, [ARCHIVE], source).replace(
    'sinks:',
    `${budget && `budget: ${budget}\n`}sinks:`,
  );
  await terminal.write('job.yaml', job);
  if (blocked) await terminal.write('out', '');
  const code = await terminal.run(
    'sync',
    '-c',
    'job.yaml',
    '--stream',
    'billing',
    '--summary',
    'run.json',
    ...argv,
  );
  const { 'run.json': json = 'null' } = await terminal.files();
  const calls = standIn.calls.map(({ path }) => path);
  return { terminal, code, calls, summary: JSON.parse(json) as Summary };
}

const daily = (day: string) => ({ budget: 'daily', since: day, until: day });
const monthly = (since: string, until: string) => ({ budget: 'monthly', since, until });

function notesIn(stdout: string): readonly string[] {
  return stdout.split('\n').flatMap((line) => /^ {2}! (.+)$/.exec(line)?.[1] ?? []);
}
