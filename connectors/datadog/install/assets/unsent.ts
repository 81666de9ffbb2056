import { isJsonObject, type JsonObject } from '../../../../src/text/json-object.js';
import { textsIn } from '../../../../src/text/json-texts.js';
import { metricName } from '../../metrics/measures.js';
import { streamOf } from '../../metrics/metric-area.js';
import { DIMENSIONS, type Dimension, isOptional } from '../../shared/dimensions.js';
import type { Asset } from './datadog-assets.js';
import { type MetricUse, metricsIn } from './metric-query.js';

/** Names of streams, and what the metrics of requests are tagged with. */
interface Sent {
  readonly streams: readonly string[];
  readonly dimensions: readonly string[];
}

/** What assets show and a sink, with metrics of this prefix, does not send as it is configured. */
export function unsent(
  assets: readonly Asset[],
  { prefix, streams, dimensions }: Sent & { readonly prefix: string },
  table: readonly Dimension[] = DIMENSIONS,
): Sent {
  const uses = assets.flatMap(({ body }) =>
    [...textsIn(body)].flatMap(([text, name]) => (name === 'query' ? metricsIn(text) : [])),
  );
  const missingStreams = uses.flatMap(({ metric }) => {
    const stream = streamOf(metric.slice(metricName(prefix, '').length));
    return stream === undefined || streams.includes(stream) ? [] : stream;
  });
  const left = table.filter((dimension) => isOptional(dimension) && !dimensions.includes(dimension.key));
  const narrowing = new Map(assets.flatMap(({ body }) => narrowingVariables(body)));
  const missingTags = uses
    .filter(({ metric }) => metric.startsWith(metricName(prefix, 'requests')))
    .flatMap((use) => tagsNeeded(use, narrowing))
    .filter((needed) => left.some(({ key }) => key === needed));
  return { streams: distinct(missingStreams), dimensions: distinct(missingTags) };
}

/** The tags of variables that narrow from the first: one that is left at "all" does not, and only what is narrowed counts. */
function narrowingVariables({ template_variables: variables = null }: JsonObject): [string, string][] {
  const all = Array.isArray(variables) ? variables.filter(isJsonObject) : [];
  const narrowing = all.filter(({ defaults }) => Array.isArray(defaults) && !defaults.includes('*'));
  return narrowing.map(({ name, prefix }) => [`$${name}`, String(prefix)]);
}

function tagsNeeded({ scope, by }: MetricUse, narrowing: ReadonlyMap<string, string>): readonly string[] {
  return [...by, ...scope.flatMap((filter) => narrowing.get(filter) ?? /^(\w+):/.exec(filter)?.[1] ?? [])];
}

function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort();
}
