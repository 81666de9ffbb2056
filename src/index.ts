/**
 * What programs may use of this package: the records, and the contract of sinks. The command line is the
 * product; this is for those who write a sink of their own or test one.
 *
 * @packageDocumentation
 */

export { balances, models, projects, purchases } from '../connectors/deepgram/streams/account.js';
export { billing, billingBy } from '../connectors/deepgram/streams/billing.js';
export type { RequestRow } from '../connectors/deepgram/streams/requests.js';
export { requests } from '../connectors/deepgram/streams/requests.js';
export type { UsageRow } from '../connectors/deepgram/streams/usage.js';
export { usage, usageBy } from '../connectors/deepgram/streams/usage.js';
export type { CheckResult } from './catalogue/check-result.js';
export type { DistinctValues, Estimate, EstimateInput } from './catalogue/estimate.js';
export type {
  ClosingReport,
  PartitionWriter,
  Receipt,
  Refusal,
  RunSoFar,
  Sink,
  SinkCapabilities,
} from './catalogue/sink.js';
export type { ErrorCode, ErrorKind, Failure } from './errors/export-error.js';
export { ExportError } from './errors/export-error.js';
export type { Column, Columns, RowOf } from './streams/column.js';
export type { Field, FieldType, Row, Unit, Value } from './streams/field.js';
export type { Partition, Project } from './streams/partition.js';
export type { Stream } from './streams/stream.js';
