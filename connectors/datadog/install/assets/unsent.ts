import { metricName } from '../../metrics/measures.js';
import { streamOf } from '../../metrics/metric-area.js';
import { DIMENSIONS, type Dimension, isOptional } from '../../shared/dimensions.js';
import type { Asset } from './datadog-assets.js';
import { textsIn } from './json-texts.js';
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
  const missingTags = uses
    .filter(({ metric }) => metric.startsWith(metricName(prefix, 'requests')))
    .flatMap(tagsNeeded)
    .filter((needed) => left.some(({ key }) => key === needed));
  return { streams: distinct(missingStreams), dimensions: distinct(missingTags) };
}

/** A variable that is left at "all" narrows nothing, so only what is written out counts. */
function tagsNeeded({ scope, by }: MetricUse): readonly string[] {
  return [...by, ...scope.flatMap((filter) => /^(\w+):/.exec(filter)?.[1] ?? [])];
}

function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort();
}
