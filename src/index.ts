/** The contract of sinks, and what it is made of. */

export type { CheckResult } from './catalogue/check-result.js';
export type { DailyCosts, ProjectCosts } from './catalogue/costs.js';
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
export type { SinkContext, SinkDefinition, SinkType } from './catalogue/sink-type.js';
export { defineSinkType } from './catalogue/sink-type.js';
export type { StandardSchema } from './catalogue/standard-schema.js';
export type { LogEntry, SyncJob } from './cli/program-options.js';
export type { ErrorCode, ErrorKind, Failure } from './errors/export-error.js';
export { ExportError } from './errors/export-error.js';
export type { Column, Columns, RowOf } from './streams/column.js';
export type { Field, FieldType, Row, Unit, Value } from './streams/field.js';
export type { Partition, Project } from './streams/partition.js';
export type { Stream } from './streams/stream.js';
export type { Summary } from './summary/summary.js';
