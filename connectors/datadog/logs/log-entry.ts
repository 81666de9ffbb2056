import type { Row, Value } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import { epochMs } from '../../../src/time/timestamp.js';
import { DIMENSIONS, type Dimension } from '../shared/dimensions.js';
import { recordTags } from '../shared/record-tags.js';
import { measureOf, textOf } from '../shared/row-values.js';
import { logMessage } from './log-message.js';
import type { DatadogLogsSettings } from './logs-settings.js';

/**
 * A request as a log: reserved attributes, Datadog's standard ones, and all other fields under `deepgram`.
 * @see https://docs.datadoghq.com/standard-attributes/?product=log
 */
export interface LogEntry {
  readonly message: string;
  readonly ddsource: string;
  readonly service: string;
  /** Normalized tags with commas between them. */
  readonly ddtags: string;
  /** A level. @see https://docs.datadoghq.com/logs/log_configuration/processors/log_status_remapper/ */
  readonly status: 'info' | 'warn' | 'error';
  /** ISO 8601 with milliseconds. Without it, Datadog takes the moment at which the log arrives. */
  readonly timestamp?: string;
  /** Without the method, which Deepgram's request log does not tell. */
  readonly http: {
    readonly request_id: string | null;
    readonly status_code?: number;
    readonly url_details?: { readonly path: string };
  };
  /** Nanoseconds. */
  readonly duration?: number;
  readonly deepgram: Readonly<Record<string, Value>>;
}

/**
 * Makes the logs of a partition; `isDated`: with their own time. Fields with data about persons are left out, and those
 * without a value.
 */
export function logEntries(
  { stream, project }: Partition,
  { service, tags }: DatadogLogsSettings,
  table: readonly Dimension[] = DIMENSIONS,
): (row: Row, isDated: boolean) => LogEntry {
  const dimensions = table.filter(({ ofLogs }) => ofLogs);
  const tagsOf = recordTags(project, dimensions, tags);
  const own = stream.fields
    .filter((field) => field.personal !== true && !STANDARD.has(field.name))
    .map((field) => field.name);
  return (row, isDated) => ({
    message: logMessage(row),
    ddsource: 'deepgram',
    service,
    ddtags: tagsOf(row).key,
    status: levelOf(row),
    ...(isDated ? { timestamp: new Date(createdMs(row)).toISOString() } : {}),
    http: httpAttributes(row),
    ...durationOf(row),
    deepgram: withValues(own, row),
  });
}

/** When the request arrived at Deepgram, in milliseconds since the epoch. */
export function createdMs(row: Row): number {
  return epochMs(textOf(row, 'created_at') ?? '');
}

/** Fields that Datadog has an attribute for. */
const STANDARD = new Set(['request_id', 'code', 'path', 'latency_ms']);

function levelOf(row: Row): LogEntry['status'] {
  const code = measureOf(row, 'code');
  switch (textOf(row, 'status')) {
    case 'success':
      return 'info';
    case 'error':
      return code !== null && code >= 400 && code < 500 ? 'warn' : 'error';
    default:
      return 'warn'; // lost, or read for the last time without an outcome
  }
}

function httpAttributes(row: Row): LogEntry['http'] {
  const code = measureOf(row, 'code');
  const path = textOf(row, 'path');
  return {
    request_id: textOf(row, 'request_id'),
    ...(code === null ? {} : { status_code: code }),
    ...(path === null || path === '' ? {} : { url_details: { path } }),
  };
}

const NANOSECONDS = 1_000_000;

function durationOf(row: Row): { readonly duration?: number } {
  const latency = measureOf(row, 'latency_ms');
  return latency === null ? {} : { duration: Math.round(latency * NANOSECONDS) };
}

function withValues(names: readonly string[], row: Row): LogEntry['deepgram'] {
  const values = names.map((name) => [name, row[name] ?? null] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}
