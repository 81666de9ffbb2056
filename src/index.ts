/**
 * What programs may use of this package: the records, and the contract of sinks. The command line is the
 * product; this is for those who write a sink of their own or test one.
 *
 * @packageDocumentation
 */
export type { ErrorCode, ErrorKind, Failure } from './errors/export-error.js';
export { ExportError } from './errors/export-error.js';
export type { CheckResult } from './pipeline/check.js';
export type { DistinctValues, Outlook, Prospect } from './pipeline/outlook.js';
export type { Partition, Project } from './pipeline/partition.js';
export type {
  ClosingReport,
  PartitionWriter,
  Receipt,
  Refusal,
  RunSoFar,
  Sink,
  SinkCapabilities,
} from './pipeline/sink.js';
export { balances, models, projects, purchases } from './records/account.js';
export { billing, billingBy } from './records/billing.js';
export type { Field, FieldType, Row, RowOf, Unit, Value } from './records/field.js';
export type { RequestRow } from './records/requests.js';
export { requests } from './records/requests.js';
export type { Stream } from './records/stream.js';
export type { UsageRow } from './records/usage.js';
export { usage, usageBy } from './records/usage.js';
