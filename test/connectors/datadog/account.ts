import { onTestFinished } from 'vitest';
import {
  type DatadogMetricsSettings,
  datadogMetricsSettings,
} from '../../../connectors/datadog/metrics/metrics-settings.js';
import { datadogMetricsSink } from '../../../connectors/datadog/metrics/metrics-sink.js';
import type { DatadogDependencies } from '../../../connectors/datadog/shared/datadog-client.js';
import { selectStreams } from '../../../connectors/deepgram/streams/select-streams.js';
import { streamsSettings } from '../../../connectors/deepgram/streams/streams-settings.js';
import { type Intake, startIntake } from '../../../connectors/stand-ins/datadog/intake.js';
import type { ClosingReport, Receipt, RunSoFar, Sink } from '../../../src/catalogue/sink.js';
import { silentLog } from '../../../src/log/log.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition, Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Clock } from '../../../src/time/clock.js';

export const API_KEY = 'an-api-key-of-the-account';
export const NOW = Date.parse('2026-11-20T12:20:00Z');
export const SUPPORT: Project = { id: 'p1', name: 'Support line' };

/** A clock that stands still, but for its sleeps, which pass at once and are written down. */
export interface SteppingClock extends Clock {
  readonly slept: readonly number[];
  set(ms: number): void;
}

export function steppingClock(start = NOW): SteppingClock {
  const slept: number[] = [];
  let now = start;
  return {
    slept,
    now: () => now,
    set: (ms) => {
      now = ms;
    },
    async sleep(ms, signal) {
      slept.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

/** A Datadog account on loopback, and a sink that delivers to it. */
export interface Account {
  readonly intake: Intake;
  readonly clock: SteppingClock;
  open(settings?: Readonly<Record<string, unknown>>): Promise<Sink>;
}

export async function openAccount(
  options: { readonly historical?: boolean; readonly appKey?: string } = {},
): Promise<Account> {
  const clock = steppingClock();
  const intake = await startIntake({ apiKey: API_KEY, clock, ...options });
  onTestFinished(() => intake.close());
  return {
    intake,
    clock,
    open: (settings = {}) => openSink({ api_url: intake.url, ...settings }, clock),
  };
}

function settingsOf(settings: Readonly<Record<string, unknown>>): DatadogMetricsSettings {
  return datadogMetricsSettings.parse({ api_key: API_KEY, ...settings });
}

export async function openSink(
  settings: Readonly<Record<string, unknown>>,
  clock: Clock,
  dependencies?: DatadogDependencies,
): Promise<Sink> {
  const context = {
    name: 'datadog',
    cwd: '.',
    env: {},
    userAgent: 'test/1',
    clock,
    log: silentLog,
    streams: [],
  };
  return datadogMetricsSink(settingsOf(settings), context, dependencies);
}

export const RUN: RunSoFar = {
  records: 12,
  partitions: 3,
  failedPartitions: 0,
  calls: 5,
  retries: 1,
  elapsedMs: 2_500,
};

export async function deliver(sink: Sink, partition: Partition, rows: readonly Row[]): Promise<Receipt> {
  const writer = await sink.begin(partition, new AbortController().signal);
  await writer.write(rows);
  return writer.commit();
}

export async function close(sink: Sink, run: Partial<RunSoFar> = {}): Promise<ClosingReport> {
  const report = await sink.finish?.({ ...RUN, ...run }, new AbortController().signal);
  await sink.dispose?.();
  return report ?? { facts: {}, notes: [] };
}

export function partitionOf(stream: Stream, project: Project = SUPPORT, day = '2026-11-20'): Partition {
  return { stream, project, day };
}

/** A request of the support line's; `changes` replaces fields. */
export function request(createdAt: string, changes: Row = {}): Row {
  return {
    project_id: SUPPORT.id,
    created_at: createdAt,
    status: 'success',
    endpoint: 'listen',
    method: 'sync',
    model: 'nova-3',
    deployment: 'hosted',
    api_key_id: null,
    api_key_name: null,
    tags: null,
    audio_seconds: null,
    cost_usd: null,
    tokens_in: null,
    tokens_out: null,
    tts_characters: null,
    latency_ms: null,
    ...changes,
  };
}

/** What a reader of the account sees of a metric: the moment, the value, and the tags asked for. */
export function seen(
  intake: Intake,
  metric: string,
  tags: readonly string[] = [],
): readonly (readonly [string, number])[] {
  return intake.query(metric, tags).map((point) => [timeOf(point.timestamp), point.value]);
}

/** `2026-11-20T11:40:00Z` */
function timeOf(timestamp: number): string {
  return new Date(timestamp * 1_000).toISOString().replace('.000Z', 'Z');
}

/** The streams of the default configuration that a sink accepts, by their names. */
export function acceptedBy({ capabilities }: Sink): readonly string[] {
  const streams = selectStreams(streamsSettings.parse({}));
  return streams.filter((stream) => capabilities.accepts?.(stream)).map(({ name }) => name);
}
