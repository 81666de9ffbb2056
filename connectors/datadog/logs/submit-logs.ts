import type { FailedCall } from '../../../src/http/http-client.js';
import type { Log } from '../../../src/log/log.js';
import type { Row } from '../../../src/streams/field.js';
import { counted } from '../../../src/text/text-table.js';
import type { Clock } from '../../../src/time/clock.js';
import type { Call, DatadogClient } from '../shared/datadog-client.js';
import { PayloadRefused } from '../shared/payload.js';
import { submitInHalves } from '../shared/submit-in-halves.js';
import { createdMs, type LogEntry, type logEntries } from './log-entry.js';
import type { LogFates } from './log-fates.js';
import { MOST_ENTRIES, submitEntries } from './logs-client.js';
import type { DatadogLogsSettings } from './logs-settings.js';
import type { RunStatistics } from './run-statistics.js';

/** What the logs of a partition are submitted with. */
interface LogSubmission {
  readonly client: DatadogClient;
  readonly clock: Clock;
  readonly late: DatadogLogsSettings['late'];
  readonly statistics: RunStatistics;
  readonly entryOf: ReturnType<typeof logEntries>;
  readonly fates: LogFates;
  readonly log: Log;
  /** Its name. */
  readonly sink: string;
  /** Its name. */
  readonly partition: string;
  readonly call: Call;
}

interface PendingLog {
  readonly row: Row;
  readonly entry: LogEntry;
  /** True where a call with it may have come through although it was not acknowledged. */
  mayBeThere: boolean;
}

/**
 * What Datadog keeps with its own time; what it does not keep it answers with 202 all the same.
 * @see https://docs.datadoghq.com/logs/log_configuration/processors/log_date_remapper/
 */
const KEPT_BACK_MS = 18 * 3_600_000;
const KEPT_AHEAD_MS = 2 * 3_600_000;

/** Time that a payload may be under way, tries and waits included: twice what the HTTP client allows for that. */
const UNDER_WAY_MS = 600_000;

/** @see https://docs.datadoghq.com/api/latest/logs/#send-logs */
const MOST_ENTRY_BYTES = 1_000_000;

const LATE = 'older than 18 hours: Datadog answers 202 and drops it';
const LATE_BY_NOW = 'grew older than 18 hours on its way: Datadog may have dropped it';
const TOO_LARGE = 'a single log of more than 1,000,000 bytes, which Datadog would cut off';

/**
 * Sends requests as logs and notes how each fared. Resolves when Datadog has acknowledged all that were sent; throws
 * what ends the partition. What Datadog refuses is in the fates.
 */
export async function submitLogs(rows: readonly Row[], submission: LogSubmission): Promise<void> {
  const { client, call, fates, statistics } = submission;
  for (let at = 0; at < rows.length; at += MOST_ENTRIES) {
    const logs = rows.slice(at, at + MOST_ENTRIES).flatMap((row) => pending(row, submission));
    if (logs.length === 0) continue;
    await submitInHalves(logs, {
      noun: 'log',
      async submit(some) {
        const entries = some.map(({ entry }) => entry);
        const suspect = () => {
          for (const log of some) log.mayBeThere = true;
        };
        const onFailedTry = (failure: FailedCall) => {
          if (mayHaveArrived(failure)) suspect();
        };
        statistics.wireBytes += await submitEntries(client, entries, { ...call, onFailedTry }).catch(
          (error) => {
            // Of a 202, nobody knows what the errors in it spared.
            if (error instanceof PayloadRefused) suspect();
            throw error;
          },
        );
        statistics.payloads += 1;
        settle(some, submission);
      },
      reject(some, reason) {
        for (const { row } of some) fates.reject(row, reason);
      },
    });
  }
}

/** Whatever is not refused by a status of 4xx: no answer, an answer that was cut off or is somebody else's, a 5xx. */
function mayHaveArrived({ status = 0 }: FailedCall): boolean {
  return status < 400 || status >= 500;
}

/** One log, or none where the request is not to be sent. */
function pending(
  row: Row,
  { clock, late, entryOf, fates, statistics }: LogSubmission,
): readonly PendingLog[] {
  const verdict = verdictOnLog(createdMs(row), clock.now(), UNDER_WAY_MS);
  if (verdict === 'late' && late === 'skip') {
    fates.skip(row, LATE);
    statistics.late += 1;
    return [];
  }
  // Ahead of the clock is what a wrong clock makes of the present, so its moment of arrival will do.
  const entry = entryOf(row, verdict === 'kept');
  if (Buffer.byteLength(JSON.stringify(entry)) > MOST_ENTRY_BYTES) {
    fates.reject(row, TOO_LARGE);
    return [];
  }
  if (verdict === 'late') statistics.lateSent += 1;
  if (verdict === 'ahead') statistics.ahead += 1;
  return [{ row, entry, mayBeThere: false }];
}

/** Judged once more, as of the answer: a payload may have waited for longer than was reckoned with. */
function settle(
  logs: readonly PendingLog[],
  { clock, fates, statistics, log, sink, partition }: LogSubmission,
): void {
  const now = clock.now();
  const inDoubt = logs.filter(({ mayBeThere }) => mayBeThere).length;
  if (inDoubt > 0) {
    log.warn(
      `${sink} may have ${counted(inDoubt, 'record')} of ${partition} twice: a call with them got no answer that counts, ` +
        'and they were sent again.',
      { in_doubt: inDoubt },
    );
  }
  statistics.inDoubt += inDoubt;
  for (const { row, entry } of logs) {
    statistics.sent += 1;
    const isLate = entry.timestamp !== undefined && verdictOnLog(createdMs(row), now) === 'late';
    if (isLate) fates.skip(row, LATE_BY_NOW);
    else fates.accept();
  }
}

/** Judges a moment, as of another; both in milliseconds. `leftMs`: how long it has to be kept for, from then on. */
function verdictOnLog(createdMs: number, now: number, leftMs = 0): 'kept' | 'late' | 'ahead' {
  if (createdMs > now + KEPT_AHEAD_MS) return 'ahead';
  return createdMs >= now + leftMs - KEPT_BACK_MS ? 'kept' : 'late';
}
