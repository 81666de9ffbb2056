import type { JsonObject } from '../../../../src/text/json-object.js';
import { mapTexts } from '../../../../src/text/json-texts.js';
import { metricName } from '../../metrics/measures.js';
import { DIMENSIONS, type Dimension } from '../../shared/dimensions.js';
import { normalizeTag } from '../../shared/tags.js';
import dashboard from './dashboard.json' with { type: 'json' };
import { mapMetrics, narrowed, splitBy } from './metric-query.js';
import { isLimited, type Limits, type MonitorName, withLimits } from './monitor-limits.js';
import costRise from './monitors/cost-rise.json' with { type: 'json' };
import dailyBudget from './monitors/daily-budget.json' with { type: 'json' };
import deadTasks from './monitors/dead-tasks.json' with { type: 'json' };
import errorRate from './monitors/error-rate.json' with { type: 'json' };
import lowBalance from './monitors/low-balance.json' with { type: 'json' };
import monthlyBudget from './monitors/monthly-budget.json' with { type: 'json' };
import noSuccessfulRun from './monitors/no-successful-run.json' with { type: 'json' };

/** Something that is put into a Datadog account, in the form of Datadog's API. */
export interface Asset {
  readonly kind: 'dashboard' | 'monitor';
  /** Stable: what is installed is found again by it. */
  readonly name: string;
  readonly body: JsonObject;
}

/** The files as they are, for the prefix `deepgram`. */
export const dashboardFile: JsonObject = dashboard;
export const monitorFiles: Readonly<Record<MonitorName, JsonObject>> = {
  'no-successful-run': noSuccessfulRun,
  'error-rate': errorRate,
  'cost-rise': costRise,
  'low-balance': lowBalance,
  'daily-budget': dailyBudget,
  'monthly-budget': monthlyBudget,
  'dead-tasks': deadTasks,
};

/**
 * The dashboard and the monitors for a sink as it is configured. Each configured tag becomes a variable of the
 * dashboard, and monitors are split by it: where two exports deliver to one account, one that lives does not hide
 * one that is dead.
 *
 * @param prefix of the metrics' names, with or without a dot at its end
 * @param tags that every metric of the sink has, as configured
 */
export function datadogAssets(
  { prefix, tags, ...limits }: Limits & { readonly prefix: string; readonly tags: readonly string[] },
  table: readonly Dimension[] = DIMENSIONS,
): readonly Asset[] {
  const keys = tagKeysOf(tags, table);
  // The keys of the record are these names.
  const names = Object.keys(monitorFiles) as MonitorName[];
  const wanted = names.filter((name) => isLimited(name, limits));
  const monitors = wanted.map((name): Asset => {
    const body = withLimits(named(monitorFiles[name], prefix), name, limits);
    const query = mapMetrics(String(body.query), (use) => splitBy(use, keys));
    return { kind: 'monitor', name, body: { ...body, query } };
  });
  const body = withVariables(named(dashboardFile, prefix), keys);
  return [{ kind: 'dashboard', name: 'dashboard', body }, ...monitors];
}

/**
 * The keys of configured tags that queries can name: `env` of `env:prod`. A tag without a key has none, and a key
 * with other characters than letters, digits and underscores cannot be the name of a variable. Those of dimensions are
 * left out: they have a variable already, or tell series apart that belong together.
 */
function tagKeysOf(tags: readonly string[], table: readonly Dimension[]): readonly string[] {
  const keys = tags.map(normalizeTag).flatMap((tag) => /^([a-z][a-z0-9_]*):./.exec(tag)?.[1] ?? []);
  return [...new Set(keys)].filter((key) => !table.some((dimension) => dimension.key === key)).sort();
}

/** Metrics are named after a colon in queries and after a backtick in notes; nothing else in the files is. */
const PREFIX = /(?<=[:`])deepgram\.(?=[a-z`])/g;

function named(file: JsonObject, prefix: string): JsonObject {
  return mapTexts(file, (text) => text.replaceAll(PREFIX, metricName(prefix, '')));
}

function withVariables(body: JsonObject, keys: readonly string[]): JsonObject {
  const added = keys.map((key) => ({ name: key, prefix: key, defaults: ['*'] }));
  const filters = keys.map((key) => `$${key}`);
  const known = Array.isArray(body.template_variables) ? body.template_variables : [];
  return {
    ...mapTexts(body, (text, name) =>
      name === 'query' ? mapMetrics(text, (use) => narrowed(use, filters)) : text,
    ),
    template_variables: [...known, ...added],
  };
}
