import type { Row } from '../../../src/streams/field.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { tag } from './tags.js';

/** A tag of Datadog and the fields of records that it is made of. */
export interface Dimension {
  /** The key of the tag, and what the setting `dimensions` calls it. */
  readonly key: string;
  /** The first of these that a record has a value of gives the tag's; no stream has all of them. */
  readonly fields: readonly string[];
  /** The value is a set, and each text of it a tag; any other list is one text. */
  readonly isSet?: true;
  /** Whether metrics of requests have it: always, or as the setting `dimensions` says. Left out: never. */
  readonly ofRequests?: 'always' | 'by default' | 'if named';
  readonly ofLogs?: true;
}

/**
 * Every tag but the configured ones. The same thing has the same tag everywhere, so that requests, daily totals, logs
 * and costs can be filtered alike: all of them go by this table, and so do the estimate of series, the setting
 * `dimensions`, and what the dashboard and the monitors are split by.
 */
export const DIMENSIONS: readonly Dimension[] = [
  { key: 'project', fields: ['project_name', 'project_id'], ofRequests: 'by default', ofLogs: true },
  // Projects may share a name, and a partition must never overwrite the points of another project's. It multiplies
  // nothing where `project` is there as well.
  { key: 'project_id', fields: ['project_id'], ofRequests: 'always', ofLogs: true },
  { key: 'endpoint', fields: ['endpoint'], ofRequests: 'by default', ofLogs: true },
  { key: 'method', fields: ['method'], ofRequests: 'by default', ofLogs: true },
  { key: 'model', fields: ['model', 'model_ids'], ofRequests: 'by default', ofLogs: true },
  // In a log, `status` is its level to Datadog.
  { key: 'status', fields: ['status'], ofRequests: 'by default' },
  { key: 'deployment', fields: ['deployment'], ofRequests: 'by default', ofLogs: true },
  { key: 'api_key', fields: ['api_key_name', 'api_key_id', 'accessor'], ofRequests: 'if named' },
  { key: 'request_tags', fields: ['tags'], isSet: true, ofRequests: 'if named' },
  { key: 'line_item', fields: ['line_item', 'line_item_name'] },
  { key: 'feature_set', fields: ['feature_set'] },
  { key: 'balance_id', fields: ['balance_id'] },
  { key: 'units', fields: ['units'] },
];

/** True where the setting `dimensions` has a say. */
export function isOptional({ ofRequests }: Dimension): boolean {
  return ofRequests === 'by default' || ofRequests === 'if named';
}

/** Those of a metric of requests, where the setting `dimensions` names these. */
export function requestDimensions(
  named: readonly string[],
  table: readonly Dimension[],
): readonly Dimension[] {
  return table.filter(({ key, ofRequests }) => ofRequests === 'always' || named.includes(key));
}

/** Those of a stream's records in the order of its fields: of a breakdown, what it is broken down by. */
export function streamDimensions({ fields }: Stream, table: readonly Dimension[]): readonly Dimension[] {
  const of = (field: string) => table.filter((dimension) => dimension.fields.includes(field));
  return [...new Set(fields.flatMap(({ name }) => of(name)))];
}

/** Those that not all records of a partition have in common. */
export function ownDimensions(dimensions: readonly Dimension[]): readonly Dimension[] {
  return dimensions.filter((dimension) => !isOfProject(dimension));
}

/** The tags that all records of a project have in common. */
export function projectTags(project: Project, dimensions: readonly Dimension[]): readonly string[] {
  return dimensions.filter(isOfProject).flatMap((dimension) => tagsOf(dimension, projectFields(project)));
}

/** A project as its records have it. */
export function projectFields({ id, name }: Project): Row {
  return { project_id: id, project_name: name };
}

/** A record's tags of a dimension; `key:none` where it has no value. */
export function tagsOf(dimension: Dimension, row: Row): readonly string[] {
  const values = valuesOf(dimension, row);
  return values.length === 0 ? [tag(dimension.key, null)] : values.map((value) => tag(dimension.key, value));
}

/** A record's values of a dimension: one, or all of a set; empty where it has none. */
export function valuesOf({ fields, isSet }: Dimension, row: Row): readonly string[] {
  for (const field of fields) {
    const value = row[field];
    if (typeof value === 'string' && value !== '') return [value];
    if (typeof value === 'object' && value !== null && value.length > 0)
      return isSet ? value : [value.join('/')];
  }
  return [];
}

function isOfProject({ fields }: Dimension): boolean {
  return fields.includes('project_id');
}
