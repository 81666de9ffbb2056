import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { datadogLogsSettings } from '../../../../connectors/datadog/logs/logs-settings.js';
import { datadogLogsSink } from '../../../../connectors/datadog/logs/logs-sink.js';
import type { DatadogDependencies } from '../../../../connectors/datadog/shared/datadog-client.js';
import type { ReceivedLog } from '../../../../connectors/stand-ins/datadog/account/log-store.js';
import { type Intake, startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { partitionOf, requestRow } from '../../../../connectors/testing/sample-records.js';
import type { Sink } from '../../../../src/catalogue/sink.js';
import { fileJournal } from '../../../../src/checkpoints/journal/file-journal.js';
import { SinkLane } from '../../../../src/deliver/sink-lane.js';
import type { SinkOutcome } from '../../../../src/deliver/tally/sink-tally.js';
import { silentLog } from '../../../../src/log/log.js';
import type { Row } from '../../../../src/streams/field.js';
import type { Clock } from '../../../../src/time/clock.js';
import { API_KEY, RUN, type SteppingClock, steppingClock } from '../account.js';

export const PARTITION = partitionOf('requests', '2026-11-20');

type Settings = Readonly<Record<string, unknown>>;

/** A Datadog account on loopback, and sinks that send logs to it. */
export interface LogAccount {
  readonly intake: Intake;
  readonly clock: SteppingClock;
  open(settings?: Settings, dependencies?: DatadogDependencies): Promise<Sink>;
  /** One run as the core does it, with what earlier runs of this account have delivered. */
  run(batches: readonly (readonly Row[])[], settings?: Settings): Promise<SinkOutcome>;
}

export async function openLogAccount(): Promise<LogAccount> {
  const clock = steppingClock();
  const intake = await startIntake({ apiKey: API_KEY, clock });
  const root = await mkdtemp(join(tmpdir(), 'logs-'));
  onTestFinished(async () => {
    await intake.close();
    await rm(root, { recursive: true });
  });
  const open: LogAccount['open'] = (settings = {}, dependencies) =>
    openLogSink({ api_url: intake.url, ...settings }, clock, dependencies);
  return {
    intake,
    clock,
    open,
    async run(batches, settings) {
      const lane = new SinkLane({
        sink: await open(settings),
        type: 'datadog-logs',
        required: true,
        deadlineMs: 60_000,
        log: silentLog,
        journal: fileJournal(root),
      });
      const { signal } = new AbortController();
      const writer = await lane.begin(PARTITION, signal);
      for (const batch of batches) await writer?.write(batch);
      await writer?.commit();
      await lane.finish(RUN, signal);
      await lane.dispose();
      return lane.outcome();
    },
  };
}

export async function openLogSink(
  settings: Settings,
  clock: Clock,
  dependencies?: DatadogDependencies,
): Promise<Sink> {
  const context = {
    name: 'logs',
    cwd: '.',
    env: {},
    userAgent: 'test/1',
    clock,
    log: silentLog,
    streams: [],
  };
  return datadogLogsSink(datadogLogsSettings.parse({ api_key: API_KEY, ...settings }), context, dependencies);
}

/** A request that arrived so long before the account's clock at its start; `changes` replaces fields. */
export function requestAged(ms: number, changes: Parameters<typeof requestRow>[2] = {}, index = 1): Row {
  const createdAt = new Date(steppingClock().now() - ms).toISOString().replace('Z', '000Z');
  return requestRow(index, '2026-11-20', { created_at: createdAt, ...changes });
}

/** The logs that are stored, as they came. */
export function storedLogs({ logs }: Intake): readonly ReceivedLog[] {
  return logs.map(({ log }) => log);
}

/** The last digits of the ids of the requests that are stored. */
export function storedNumbers(intake: Intake): readonly number[] {
  return storedLogs(intake).map(numberOf);
}

/** The number that a sample request was made with. */
function numberOf({ http }: ReceivedLog): number {
  const { request_id: id } = http as { readonly request_id: string }; // as the sink writes it
  return Number(id.slice(-12));
}
