import type { PartitionWriter, Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import type { HttpClient } from '../../../src/http/http-client.js';
import type { Row } from '../../../src/streams/field.js';
import { type Partition, partitionName } from '../../../src/streams/partition.js';
import { requests } from '../../deepgram/streams/requests.js';
import { checkKey, datadogApi, datadogHttp } from '../shared/datadog-api.js';
import { logChoice } from './log-choice.js';
import { deliverLogs, type LogRoute } from './log-delivery.js';
import { logEntries } from './log-entry.js';
import { logIntakeUrl } from './log-intake.js';
import { LogTally } from './log-tally.js';
import { logsClient } from './logs-client.js';
import type { DatadogLogsSettings } from './logs-settings.js';
import { RunTotals } from './run-totals.js';

export interface DatadogLogsDependencies {
  /** Default: a client of its own. It is closed when the sink is disposed of. */
  readonly http?: HttpClient;
}

/**
 * The request log as Datadog logs, one a request. What is written is sent at once, since only what Datadog has
 * acknowledged counts as delivered. It has no `holds`: what arrived could only be asked with an application key, of
 * an index that lags behind and leaves out what its filters exclude, so that "not found" would not mean "not there".
 */
export async function datadogLogsSink(
  settings: DatadogLogsSettings,
  context: SinkContext,
  dependencies: DatadogLogsDependencies = {},
): Promise<Sink> {
  const http = dependencies.http ?? datadogHttp(context);
  const api = datadogApi(settings, http);
  const client = logsClient({ ...api, baseUrl: logIntakeUrl(settings) });
  const totals = new RunTotals();
  const route = { client, clock: context.clock, late: settings.late, totals };

  return {
    name: context.name,
    capabilities: { delivery: 'append', accepts: ({ kind }) => kind === requests.kind },
    check: (signal) => checkKey(api, signal),
    begin: async (partition, signal) => partitionWriter(partition, settings, route, signal),
    finish: async () => totals.report(http.stats.retries),
    dispose: () => http.close(),
  };
}

function partitionWriter(
  partition: Partition,
  settings: DatadogLogsSettings,
  route: LogRoute,
  signal: AbortSignal,
): PartitionWriter {
  const reasonToLeaveOut = logChoice(settings);
  const tally = new LogTally();
  const delivery = {
    ...route,
    entryOf: logEntries(partition, settings),
    tally,
    call: { what: `send the logs of ${partitionName(partition)}`, signal },
  };
  return {
    async write(batch) {
      const chosen: Row[] = [];
      for (const row of batch) {
        const reason = reasonToLeaveOut(row);
        if (reason === undefined) chosen.push(row);
        else tally.skip(row, reason);
      }
      await deliverLogs(chosen, delivery);
    },
    commit: async () => tally.receipt(),
    // What Datadog has taken cannot be taken back; the core remembers it.
    abort: async () => {},
  };
}
