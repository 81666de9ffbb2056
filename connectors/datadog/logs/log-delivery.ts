import { ExportError } from '../../../src/errors/export-error.js';
import type { Row } from '../../../src/streams/field.js';
import type { Clock } from '../../../src/time/clock.js';
import { type Call, PayloadTooLarge } from '../shared/payload-transport.js';
import { createdMs, type EntryOf, type LogEntry } from './log-entry.js';
import type { LogTally } from './log-tally.js';
import { UNDER_WAY_MS, verdictOnLog } from './log-window.js';
import { type LogsClient, MOST_ENTRIES } from './logs-client.js';
import type { DatadogLogsSettings } from './logs-settings.js';
import type { RunTotals } from './run-totals.js';

/** What every delivery of a sink goes through. */
export interface LogRoute {
  readonly client: LogsClient;
  readonly clock: Clock;
  readonly late: DatadogLogsSettings['late'];
  readonly totals: RunTotals;
}

/** One partition on its way. */
export interface LogDelivery extends LogRoute {
  readonly entryOf: EntryOf;
  readonly tally: LogTally;
  readonly call: Call;
}

interface PendingLog {
  readonly row: Row;
  readonly entry: LogEntry;
}

/** @see https://docs.datadoghq.com/api/latest/logs/#send-logs */
const MOST_ENTRY_BYTES = 1_000_000;

const LATE = 'older than 18 hours: Datadog answers 202 and drops it';
const LATE_BY_NOW = 'grew older than 18 hours on its way: Datadog may have dropped it';
const TOO_LARGE = 'a single log of more than 1,000,000 bytes, which Datadog would cut off';

/**
 * Sends requests as logs and notes how each fared. Resolves when Datadog has acknowledged all that were sent; throws
 * what ends the partition. What Datadog refuses is in the tally.
 */
export async function deliverLogs(rows: readonly Row[], delivery: LogDelivery): Promise<void> {
  for (let at = 0; at < rows.length; at += MOST_ENTRIES) {
    const logs = rows.slice(at, at + MOST_ENTRIES).flatMap((row) => pending(row, delivery));
    if (logs.length > 0) await send(logs, delivery);
  }
}

/** One log, or none where the request is not to be sent. */
function pending(row: Row, { clock, late, entryOf, tally, totals }: LogDelivery): readonly PendingLog[] {
  const verdict = verdictOnLog(createdMs(row), clock.now(), UNDER_WAY_MS);
  if (verdict === 'late' && late === 'skip') {
    tally.skip(row, LATE);
    totals.late += 1;
    return [];
  }
  // Ahead of the clock is what a wrong clock makes of the present, so its moment of arrival will do.
  const entry = entryOf(row, verdict === 'kept');
  if (Buffer.byteLength(JSON.stringify(entry)) > MOST_ENTRY_BYTES) {
    tally.reject(row, TOO_LARGE);
    return [];
  }
  if (verdict === 'late') totals.lateSent += 1;
  if (verdict === 'ahead') totals.ahead += 1;
  return [{ row, entry }];
}

/** Cut in halves until each fits; a single log that does not fit is refused. */
async function send(logs: readonly PendingLog[], delivery: LogDelivery): Promise<void> {
  const { client, call, totals } = delivery;
  try {
    const entries = logs.map(({ entry }) => entry);
    totals.wireBytes += await client.submit(entries, call);
    totals.payloads += 1;
    settle(logs, delivery);
  } catch (error) {
    if (error instanceof PayloadTooLarge) return sendHalves(logs, delivery, error);
    // A payload that Datadog calls malformed says nothing about the others.
    if (error instanceof ExportError && error.status === 400) return reject(logs, delivery, error.message);
    throw error;
  }
}

async function sendHalves(
  logs: readonly PendingLog[],
  delivery: LogDelivery,
  cause: PayloadTooLarge,
): Promise<void> {
  if (logs.length < 2) {
    return reject(logs, delivery, `a single log is too large for Datadog: ${cause.message}`);
  }
  const middle = Math.ceil(logs.length / 2);
  await send(logs.slice(0, middle), delivery);
  await send(logs.slice(middle), delivery);
}

/** Judged once more, as of the answer: a payload may have waited for longer than was reckoned with. */
function settle(logs: readonly PendingLog[], { clock, tally, totals }: LogDelivery): void {
  const now = clock.now();
  for (const { row, entry } of logs) {
    totals.sent += 1;
    const isLate = entry.timestamp !== undefined && verdictOnLog(createdMs(row), now) === 'late';
    if (isLate) tally.skip(row, LATE_BY_NOW);
    else tally.accept();
  }
}

function reject(logs: readonly PendingLog[], { tally }: LogDelivery, reason: string): void {
  for (const { row } of logs) tally.reject(row, reason);
}
