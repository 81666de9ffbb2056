import type { HttpClient } from '../../../src/http/http-client.js';
import { type Partition, partitionName } from '../../../src/pipeline/partition.js';
import type { ClosingReport, PartitionWriter, RunSoFar, Sink } from '../../../src/pipeline/sink.js';
import type { SinkContext } from '../../../src/pipeline/sink-type.js';
import { checkKey, datadogApi, datadogHttp } from '../datadog-api.js';
import { type DeliveryRoute, deliver } from './delivery.js';
import { metricsClient } from './metrics-client.js';
import type { DatadogMetricsSettings } from './metrics-settings.js';
import { acceptsStream, partitionAggregate } from './partition-aggregate.js';
import type { Aggregate } from './points.js';
import { RunLedger } from './run-ledger.js';
import { runPoints } from './run-points.js';

export interface DatadogMetricsDependencies {
  /** Default: a client of its own. It is closed with the sink. */
  readonly http?: HttpClient;
}

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
  let closing: Promise<ClosingReport> | undefined;

  return {
    name: context.name,
    capabilities: { delivery: 'replace', accepts: acceptsStream },
    check: (signal) => checkKey(api, signal),
    async begin(partition, signal) {
      const aggregate = partitionAggregate(partition, settings, log);
      return partitionWriter(partition, aggregate, route, signal);
    },
    close(run, signal) {
      closing ??= closeSink(run, settings, route, signal).finally(() => http.close());
      return closing;
    },
  };
}

function partitionWriter(
  partition: Partition,
  aggregate: Aggregate,
  route: DeliveryRoute,
  signal: AbortSignal,
): PartitionWriter {
  let held: Aggregate | undefined = aggregate;
  return {
    async write(batch) {
      for (const row of batch) held?.add(row);
    },
    commit() {
      const groups = held?.groups(route.clock.now()) ?? [];
      held = undefined;
      return deliver(groups, route, { what: `send the metrics of ${partitionName(partition)}`, signal });
    },
    async abort() {
      held = undefined;
    },
  };
}

async function closeSink(
  run: RunSoFar,
  { prefix, interval, tags }: DatadogMetricsSettings,
  route: DeliveryRoute,
  signal: AbortSignal,
): Promise<ClosingReport> {
  const group = runPoints(run, route.ledger, { prefix, intervalMs: interval, tags }, route.clock.now());
  const { rejected } = await deliver([group], route, { what: 'send the metrics about this run', signal });
  const { facts, notes } = route.ledger.report(prefix);
  const refused = rejected.map(({ reason }) => `The metrics about this run were refused: ${reason}.`);
  return { facts, notes: [...notes, ...refused] };
}
