/** One metric as a query names it: `sum:deepgram.requests{status:error,$project} by {model}`. */
export interface MetricUse {
  /** How series are put together: `sum`, `avg`, `min` or `max`. */
  readonly aggregator: string;
  readonly metric: string;
  /** What narrows it: `status:error` or `$project`; `*` alone for all. */
  readonly scope: readonly string[];
  /** Tag keys that it is split by. */
  readonly by: readonly string[];
  /** What follows: `.as_count().rollup(sum, 86400)`. */
  readonly functions: string;
}

const USE = /\b(avg|max|min|sum):([A-Za-z][\w.]*)\{([^}]*)\}(?: by \{([^}]*)\})?((?:\.\w+\([^)]*\))*)/g;

/** The metrics that a query of a widget or a monitor names. */
export function metricsIn(query: string): readonly MetricUse[] {
  return [...query.matchAll(USE)].map(([, aggregator = '', metric = '', scope, by, functions = '']) => ({
    aggregator,
    metric,
    scope: listOf(scope),
    by: listOf(by),
    functions,
  }));
}

/** The query with each of its metrics replaced. */
export function mapMetrics(query: string, replace: (use: MetricUse) => MetricUse): string {
  return query.replaceAll(USE, (found) => metricsIn(found).map(replace).map(formatUse).join(''));
}

/** Narrowed by one thing more. */
export function narrowed(use: MetricUse, filters: readonly string[]): MetricUse {
  const scope = [...use.scope.filter((filter) => filter !== '*'), ...filters];
  return { ...use, scope: scope.length === 0 ? ['*'] : scope };
}

/** Split by some tags more. */
export function splitBy(use: MetricUse, keys: readonly string[]): MetricUse {
  return { ...use, by: [...new Set([...use.by, ...keys])] };
}

function formatUse({ aggregator, metric, scope, by, functions }: MetricUse): string {
  const split = by.length === 0 ? '' : ` by {${by.join(',')}}`;
  return `${aggregator}:${metric}{${scope.join(',')}}${split}${functions}`;
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').flatMap((item) => item.trim() || []);
}
