import type { Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import type { Row } from '../../../src/streams/field.js';
import { partitionWords } from '../../../src/streams/partition.js';
import { requests } from '../../deepgram/streams/requests.js';
import { checkKey } from '../shared/check-key.js';
import { type DatadogDependencies, datadogClient } from '../shared/datadog-client.js';
import { logChoice } from './log-choice.js';
import { logEntries } from './log-entry.js';
import { LogFates } from './log-fates.js';
import { type DatadogLogsSettings, logIntakeUrl } from './logs-settings.js';
import { RunStatistics } from './run-statistics.js';
import { submitLogs } from './submit-logs.js';

/**
 * The request log as Datadog logs, one a request. What is written is sent at once, since only what Datadog has
 * acknowledged counts as delivered. It has no `holds`: what arrived could only be asked with an application key, of
 * an index that lags behind and leaves out what its filters exclude, so that "not found" would not mean "not there".
 */
export async function datadogLogsSink(
  settings: DatadogLogsSettings,
  context: SinkContext,
  { http, dimensions }: DatadogDependencies = {},
): Promise<Sink> {
  const client = datadogClient(settings, context, { http });
  const statistics = new RunStatistics();
  return {
    name: context.name,
    capabilities: { delivery: 'append', sharing: 'each', accepts: ({ kind }) => kind === requests.kind },
    check: (signal) => checkKey(client, signal),
    async begin(partition, signal) {
      const reasonToLeaveOut = logChoice(settings);
      const fates = new LogFates();
      const submission = {
        client,
        clock: context.clock,
        late: settings.late,
        statistics,
        entryOf: logEntries(partition, settings, dimensions),
        fates,
        log: context.log,
        sink: context.name,
        partition: partitionWords(partition),
        call: {
          what: `send the logs of ${partitionWords(partition)}`,
          signal,
          baseUrl: logIntakeUrl(settings),
        },
      };
      return {
        async write(batch) {
          const chosen: Row[] = [];
          for (const row of batch) {
            const reason = reasonToLeaveOut(row);
            if (reason === undefined) chosen.push(row);
            else fates.skip(row, reason);
          }
          await submitLogs(chosen, submission);
          return fates.takeUndelivered();
        },
        commit: async () => fates.receipt(),
        // What Datadog has taken cannot be taken back; the core remembers it.
        abort: async () => {},
      };
    },
    finish: async () => statistics.report(client.stats.retries),
    dispose: () => client.close(),
  };
}
