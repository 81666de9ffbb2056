import type { Receipt, Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../../src/deliver/encoded-stream.js';
import { type Partition, partitionWords } from '../../../src/streams/partition.js';
import { billing } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { checkKey } from '../shared/check-key.js';
import { type DatadogDependencies, datadogClient } from '../shared/datadog-client.js';
import { DIMENSIONS, requestDimensions } from '../shared/dimensions.js';
import { metricName } from './measures.js';
import { acceptsStream } from './metric-area.js';
import type { DatadogMetricsSettings } from './metrics-settings.js';
import { partitionAggregate, requestAggregate } from './partition-aggregate.js';
import type { Aggregate } from './points.js';
import { requestColumns } from './requests/request-columns.js';
import { costPoints } from './run/cost-points.js';
import { MetricDescriptions } from './run/metric-metadata.js';
import { runPoints } from './run/run-points.js';
import { RunStatistics } from './run/run-statistics.js';
import { seriesEstimate } from './series/series-estimate.js';
import { type PointsContext, submitPoints } from './submit/submit-points.js';
import { historyEstimate } from './submit/time-window.js';

/** As far as the request log goes back: what a sink that may send history begins with. */
const HISTORY_DAYS = 90;

/**
 * Metrics by way of Datadog's API: requests in time buckets, usage and billing a day, balances, and the run
 * itself. Every point is decided by its records alone and dated with its bucket, and the last write wins in
 * Datadog, so a partition that is committed again leaves the same. A point that Datadog is known to drop is not
 * sent, and its records are `skipped` in the receipt.
 */
export async function datadogMetricsSink(
  settings: DatadogMetricsSettings,
  context: SinkContext,
  { http, dimensions: table = DIMENSIONS }: DatadogDependencies = {},
): Promise<Sink> {
  const { clock, log } = context;
  const client = datadogClient(settings, context, { http });
  const points = { client, clock, historical: settings.historical, statistics: new RunStatistics() };
  const { interval: intervalMs } = settings;
  const dimensions = requestDimensions(settings.dimensions, table);
  const descriptions = new MetricDescriptions(settings, context);
  const encodedWriter = encodedStreams((dictionary) => requestColumns(dictionary, dimensions, intervalMs));

  return {
    name: context.name,
    capabilities: {
      delivery: 'replace',
      accepts: acceptsStream,
      sharing: 'each',
      wantsCosts: context.streams.some(({ name }) => name === billing.name),
      historyDays: settings.historical ? HISTORY_DAYS : undefined,
    },
    check: (signal) => checkKey(client, signal),
    estimate: (input) => [
      { what: 'custom metrics', detail: seriesEstimate(input, context.streams, settings, table) },
      { what: 'history', detail: historyEstimate(settings.historical, metricName(settings.prefix, '')) },
    ],
    async begin(partition, signal) {
      if (partition.stream.kind === requests.kind) {
        const aggregate = requestAggregate(partition, settings, table, log);
        const { add, ...ending } = partitionTarget(partition, aggregate, points, signal);
        return encodedWriter(requests)({ write: async (columns) => add(columns), ...ending });
      }
      const aggregate = partitionAggregate(partition, settings, table);
      const { add, ...ending } = partitionTarget(partition, aggregate, points, signal);
      return {
        write: async (batch) => {
          for (const row of batch) add(row);
        },
        ...ending,
      };
    },
    /** The metrics about the run; then units and descriptions, where there is a key to set them with. */
    async finish(run, signal) {
      const now = clock.now();
      // Of a run that several processes share, one says what all of it came to: the same points of each would replace one another.
      const groups = run.isPart
        ? []
        : [
            runPoints(run, points.statistics, settings, now),
            ...costPoints(run.costs ?? [], settings, table, now, points.statistics.hasSeries),
          ];
      const call = { what: 'send the metrics about this run', signal };
      const { rejected } = await submitPoints(groups, points, call);
      const { facts, notes } = points.statistics.report(settings.prefix, settings.max_series);
      const refused = rejected.map(({ reason }) => `The metrics about this run were refused: ${reason}.`);
      const described = await descriptions.describe(points.statistics.metrics, signal);
      return { facts: { ...facts, ...described.facts }, notes: [...notes, ...refused, ...described.notes] };
    },
    dispose: () => client.close(),
  };
}

/** Adds up what comes of a partition, and sends it when all has come. */
function partitionTarget<Given>(
  partition: Partition,
  aggregate: Aggregate<Given>,
  points: PointsContext,
  signal: AbortSignal,
) {
  let held: Aggregate<Given> | undefined = aggregate;
  return {
    add: (given: Given) => held?.add(given),
    async commit(): Promise<Receipt> {
      const whole = held;
      held = undefined;
      const call = { what: `send the metrics of ${partitionWords(partition)}`, signal };
      const receipt = await submitPoints(
        whole?.groups(points.clock.now()) ?? [],
        points,
        call,
        partition.givenBeforeMs,
      );
      for (const [name, records] of whole?.folded ?? []) points.statistics.fold(name, records);
      return receipt;
    },
    async abort() {
      held = undefined;
    },
  };
}
