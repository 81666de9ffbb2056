import { describe, expect, it } from 'vitest';
import {
  dashboardFile,
  datadogAssets,
  monitorFiles,
} from '../../../../connectors/datadog/install/assets/datadog-assets.js';
import { metricsIn } from '../../../../connectors/datadog/install/assets/metric-query.js';
import { DEFAULT_LIMITS } from '../../../../connectors/datadog/install/assets/monitor-limits.js';
import type { JsonObject } from '../../../../src/text/json-object.js';
import { textsIn } from '../../../../src/text/json-texts.js';

/** As in the files. */
const BUDGET = { dailyBudget: 200, monthlyBudget: 4_000 };
const CONFIGURED = { ...BUDGET, deadTasks: 0 };

describe('with every default the assets are the files', () => {
  it.each(Object.entries({ dashboard: dashboardFile, ...monitorFiles }))('%s', (name, file) => {
    expect(assets(CONFIGURED)[name]).toEqual(file);
  });
});

describe('another prefix', () => {
  it.each(['voice.deepgram', 'voice.deepgram.'])('%s is that of every metric', (prefix) => {
    const bodies = Object.values(assets({ prefix }));

    const names = bodies.flatMap(metricNames);

    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !/^voice\.deepgram\.[a-z]/.test(name))).toEqual([]);
  });

  it('is named by the notes, and the program and its mark keep their name', () => {
    const { dashboard, 'cost-rise': monitor } = assets({ prefix: 'voice' });

    const text = JSON.stringify(dashboard);
    expect(text).toContain('for the namespace `voice.`');
    expect(text).toContain('`voice.requests` and its siblings');
    expect(text).toContain('[deepgram-export:dashboard]');
    expect(monitor?.tags).toEqual(['managed_by:deepgram-export', 'deepgram-export:cost-rise']);
  });
});

describe('configured tags', () => {
  it('become variables of the dashboard that narrow every graph', () => {
    const { dashboard } = assets({ tags: ['Env:Prod', 'team:voice', 'team:video'] });

    const scopes = queries(dashboard).flatMap((query) => metricsIn(query).map(({ scope }) => scope));
    const added = [
      { name: 'env', prefix: 'env', defaults: ['*'] },
      { name: 'team', prefix: 'team', defaults: ['*'] },
    ];
    expect(dashboard?.template_variables).toEqual(expect.arrayContaining(added));
    expect(scopes.filter((scope) => !(scope.includes('$env') && scope.includes('$team')))).toEqual([]);
    expect(scopes.filter((scope) => scope.includes('*'))).toEqual([]);
  });

  it('split every monitor, so that an export that lives does not hide one that is dead', () => {
    const bodies = assets({ tags: ['env:prod'] });

    expect(bodies['no-successful-run']?.query).toBe(
      'max(last_1h):max:deepgram.export.success{*} by {env} < 1',
    );
    expect(bodies['low-balance']?.query).toBe(
      'max(last_1h):sum:deepgram.balance{units:usd} by {project,project_id,env} < 50',
    );
    expect(bodies['error-rate']?.query).toBe(
      'sum(last_1h):(100 * sum:deepgram.requests{status:error} by {env}.as_count() / ' +
        'sum:deepgram.requests{*} by {env}.as_count()) * ' +
        'is_greater(sum:deepgram.requests{status:error} by {env}.as_count(), 1) > 5',
    );
  });

  it('that queries cannot name, or that the sink sets itself, change nothing', () => {
    const tags = ['production', 'straße:1', 'a-b:c', 'project:mine', 'env:'];

    expect(assets({ tags })).toEqual(assets());
  });
});

describe('limits', () => {
  it.each([
    [1, 'last_32m', 'last_1h'],
    [15, 'last_1h', 'last_1h'],
    [30, 'last_90m', 'last_1h'],
    [45, 'last_2h', 'last_90m'],
    [60, 'last_150m', 'last_2h'],
    [4_320, 'last_8670m', 'last_144h'],
  ])(
    'a run every %i minutes is missed after %s, and a balance looked at over %s',
    (minutes, missed, looked) => {
      const bodies = assets({ every: minutes * 60_000 });

      expect(bodies['no-successful-run']?.query).toMatch(`max(${missed}):`);
      expect(bodies['low-balance']?.query).toMatch(`max(${looked}):`);
      expect(bodies['cost-rise']?.query).toMatch(`max(${looked}):`);
    },
  );

  it.each([
    [15, 900],
    [1_440, 86_400],
    [2_880, 86_400],
  ])('errors are looked at when a run every %i minutes has brought them', (minutes, delay) => {
    const { 'error-rate': monitor } = assets({ every: minutes * 60_000 });

    expect(monitor?.options).toMatchObject({ evaluation_delay: delay });
  });

  it.each([
    [15, 'last_2h'],
    [60, 'last_2h'],
    [90, 'last_3h'],
  ])(
    'a run every %i minutes is held against the budget over %s, which holds a whole hour',
    (minutes, looked) => {
      const bodies = assets({ ...BUDGET, every: minutes * 60_000 });

      expect(bodies['daily-budget']?.query).toMatch(`max(${looked}):`);
      expect(bodies['monthly-budget']?.query).toMatch(`max(${looked}):`);
    },
  );

  it('of a budget that there is not make no monitor', () => {
    expect(Object.keys(assets({ monthlyBudget: 100 }))).toEqual([
      'dashboard',
      'no-successful-run',
      'error-rate',
      'cost-rise',
      'low-balance',
      'monthly-budget',
    ]);
  });

  it.each([
    ['error-rate', { errorRate: 2.5 }, 2.5],
    ['cost-rise', { costRise: 200 }, 200],
    ['low-balance', { balanceBelow: 0.75 }, 0.75],
    ['daily-budget', { dailyBudget: 12.5 }, 12.5],
    ['monthly-budget', { monthlyBudget: 950 }, 950],
    ['dead-tasks', { deadTasks: 3 }, 3],
  ])('of %s are the same in the query and beside it', (name, options, limit) => {
    const monitor = assets(options)[name];

    expect(monitor?.query).toMatch(new RegExp(`[<>] ${limit}$`));
    expect(monitor?.options).toMatchObject({ thresholds: { critical: limit } });
  });
});

describe('forms of queries', () => {
  const queriesOf = () => Object.values(monitorFiles).map(({ query }) => String(query));

  it('are those that Datadog describes for monitors', () => {
    for (const query of queriesOf()) {
      const functions = [...query.replace(/^\w+\(\w+\):/, '').matchAll(/(\w+)\(/g)].map(([, name]) => name);

      expect(['as_count', 'rollup', 'is_greater']).toEqual(expect.arrayContaining(functions));
    }
  });

  it('sum counts over the window, and look for the greatest of levels', () => {
    for (const query of queriesOf())
      expect(query.startsWith(query.includes('as_count') ? 'sum(' : 'max(')).toBe(true);
  });

  it('bring levels of several projects together by the hour before they are summed', () => {
    const summed = queriesOf().filter((query) => /:sum:deepgram\.billing/.test(query));

    expect(summed).toHaveLength(2);
    for (const query of summed) expect(query).toContain('{*}.rollup(max, 3600) >');
  });
});

it('graphs of latency leave out streams, until somebody chooses them', () => {
  const { dashboard } = assets();

  const ofLatency = queries(dashboard).flatMap((query) =>
    metricsIn(query).filter(({ metric }) => metric.includes('.latency.')),
  );

  expect(ofLatency).toHaveLength(7);
  for (const { scope } of ofLatency) expect(scope).toContain('$latency_method');
  expect(dashboard?.template_variables).toContainEqual({
    name: 'latency_method',
    prefix: 'method',
    defaults: ['sync', 'async'],
  });
});

function assets(
  options: Partial<Parameters<typeof datadogAssets>[0]> = {},
): Readonly<Record<string, JsonObject>> {
  const all = datadogAssets({ prefix: 'deepgram', tags: [], ...DEFAULT_LIMITS, ...options });
  return Object.fromEntries(all.map(({ name, body }) => [name, body]));
}

function queries(body: JsonObject | undefined): readonly string[] {
  return [...textsIn(body ?? null)].flatMap(([text, name]) => (name === 'query' ? text : []));
}

function metricNames(body: JsonObject): readonly string[] {
  return queries(body).flatMap((query) => metricsIn(query).map(({ metric }) => metric));
}
