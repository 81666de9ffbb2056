import { metricName } from '../../metrics/measures.js';
import { textsIn } from '../../shared/json.js';
import type { Asset } from './datadog-assets.js';
import { type MetricUse, metricsIn } from './metric-query.js';

export interface Sent {
  readonly prefix: string;
  /** Names of the streams that the sink gets. */
  readonly streams: readonly string[];
  /** What the metrics of requests are tagged with. */
  readonly dimensions: readonly string[];
}

/** What assets show and a sink does not send as it is configured: streams, and tags of requests. */
export function unsent(
  assets: readonly Asset[],
  { prefix, streams, dimensions }: Sent,
): { readonly streams: readonly string[]; readonly dimensions: readonly string[] } {
  const uses = assets.flatMap(({ body }) =>
    [...textsIn(body)].flatMap(([text, name]) => (name === 'query' ? metricsIn(text) : [])),
  );
  const missingStreams = uses.flatMap(({ metric }) => {
    const stream = streamOf(metric.slice(metricName(prefix, '').length));
    return stream === undefined || streams.includes(stream) ? [] : stream;
  });
  const missingTags = uses
    .filter(({ metric }) => metric.startsWith(metricName(prefix, 'requests')))
    .flatMap(tagsNeeded)
    .filter((key) => DIMENSIONS.has(key) && !dimensions.includes(key));
  return { streams: distinct(missingStreams), dimensions: distinct(missingTags) };
}

/** Those that may be left out of `dimensions`; a configured tag is always there. */
const DIMENSIONS = new Set(['project', 'endpoint', 'method', 'model', 'status', 'deployment']);

/** The stream that a metric, without its prefix, is made of; none for what is about the run itself. */
function streamOf(metric: string): string | undefined {
  const [area = '', part = ''] = metric.split('.');
  if (area === 'export') return undefined;
  if (area === 'balance') return 'balances';
  return part.startsWith('by_') ? `${area}_${part}` : area;
}

/** A variable that is left at "all" narrows nothing, so only what is written out counts. */
function tagsNeeded({ scope, by }: MetricUse): readonly string[] {
  return [...by, ...scope.flatMap((filter) => /^(\w+):/.exec(filter)?.[1] ?? [])];
}

function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort();
}
