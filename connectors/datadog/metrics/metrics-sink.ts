import type { ClosingReport, Receipt, RunSoFar, Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../../src/encode/encoded-stream.js';
import type { HttpClient } from '../../../src/http/http-client.js';
import { type Partition, partitionName } from '../../../src/streams/partition.js';
import { requests } from '../../deepgram/streams/requests.js';
import { checkKey, type DatadogApi, datadogApi, datadogHttp } from '../shared/datadog-api.js';
import { metricName } from './measures.js';
import type { DatadogMetricsSettings } from './metrics-settings.js';
import { acceptsStream, partitionAggregate, requestAggregate } from './partition-aggregate.js';
import type { Aggregate } from './points.js';
import { requestColumns } from './requests/request-columns.js';
import { describeMetrics } from './run/metric-metadata.js';
import { runPoints } from './run/run-points.js';
import { RunLedger } from './run/run-statistics.js';
import { seriesEstimate } from './series/series-estimate.js';
import { metricsClient } from './submit/metrics-client.js';
import { type DeliveryRoute, deliver } from './submit/submit-points.js';
import { historyEstimate } from './submit/time-window.js';

export interface DatadogMetricsDependencies {
  /** Default: a client of its own. It is closed with the sink. */
  readonly http?: HttpClient;
}

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
  dependencies: DatadogMetricsDependencies = {},
): Promise<Sink> {
  const { clock, log } = context;
  const http = dependencies.http ?? datadogHttp(context);
  const api = datadogApi(settings, http);
  const ledger = new RunLedger();
  const route = { client: metricsClient(api), clock, historical: settings.historical, ledger };
  const { dimensions, interval: intervalMs } = settings;
  const encodedWriter = encodedStreams((facets) => requestColumns(facets, { dimensions, intervalMs }));
  let closing: Promise<ClosingReport> | undefined;

  return {
    name: context.name,
    capabilities: {
      delivery: 'replace',
      accepts: acceptsStream,
      historyDays: settings.historical ? HISTORY_DAYS : undefined,
    },
    check: (signal) => checkKey(api, signal),
    estimate: (input) => [
      { what: 'custom metrics', detail: seriesEstimate(input, context.streams, settings) },
      { what: 'history', detail: historyEstimate(settings.historical, metricName(settings.prefix, '')) },
    ],
    async begin(partition, signal) {
      if (partition.stream.name === requests.name) {
        const aggregate = requestAggregate(partition, settings, log);
        const { add, ...ending } = partitionTarget(partition, aggregate, route, signal);
        return encodedWriter(requests)({ write: async (columns) => add(columns), ...ending });
      }
      const aggregate = partitionAggregate(partition, settings);
      const { add, ...ending } = partitionTarget(partition, aggregate, route, signal);
      return {
        write: async (batch) => {
          for (const row of batch) add(row);
        },
        ...ending,
      };
    },
    close(run, signal) {
      closing ??= closeSink(run, settings, route, signal)
        .then(async (report) => withMetadata(report, ledger, settings, api, context, signal))
        .finally(() => http.close());
      return closing;
    },
  };
}

/** Adds up what comes of a partition, and sends it when all has come. */
function partitionTarget<Given>(
  partition: Partition,
  aggregate: Aggregate<Given>,
  route: DeliveryRoute,
  signal: AbortSignal,
) {
  let held: Aggregate<Given> | undefined = aggregate;
  return {
    add: (given: Given) => held?.add(given),
    async commit(): Promise<Receipt> {
      const whole = held;
      held = undefined;
      const call = { what: `send the metrics of ${partitionName(partition)}`, signal };
      const receipt = await deliver(whole?.groups(route.clock.now()) ?? [], route, call);
      for (const [name, records] of whole?.folded ?? []) route.ledger.fold(name, records);
      return receipt;
    },
    async abort() {
      held = undefined;
    },
  };
}

async function closeSink(
  run: RunSoFar,
  { prefix, interval, tags, max_series: maxSeries }: DatadogMetricsSettings,
  route: DeliveryRoute,
  signal: AbortSignal,
): Promise<ClosingReport> {
  const group = runPoints(run, route.ledger, { prefix, intervalMs: interval, tags }, route.clock.now());
  const { rejected } = await deliver([group], route, { what: 'send the metrics about this run', signal });
  const { facts, notes } = route.ledger.report(prefix, maxSeries);
  const refused = rejected.map(({ reason }) => `The metrics about this run were refused: ${reason}.`);
  return { facts, notes: [...notes, ...refused] };
}

/** Adds to a report what became of units and descriptions, where there is a key to set them with. */
async function withMetadata(
  { facts, notes }: ClosingReport,
  { metrics }: RunLedger,
  { app_key: appKey }: DatadogMetricsSettings,
  api: DatadogApi,
  context: SinkContext,
  signal: AbortSignal,
): Promise<ClosingReport> {
  if (appKey === undefined) return { facts, notes };
  const more = await describeMetrics(metrics, api, appKey, context, signal);
  return { facts: { ...facts, ...more.facts }, notes: [...notes, ...more.notes] };
}
