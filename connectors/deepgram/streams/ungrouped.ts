import type { Row } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';

/** The field of each grouping that every use has a value of: of the others, nothing is a group as well. */
const ALWAYS_GIVEN: Readonly<Record<string, string>> = {
  accessor: 'accessor',
  endpoint: 'endpoint',
  line_item: 'line_item',
  method: 'method',
  models: 'model_ids',
};

/** What is counted of a breakdown: its records that name no group where each should, and those without a tag. */
export function countsOf(groupings: readonly string[]): NonNullable<Stream['counts']> {
  const fields = groupings.flatMap((grouping) => ALWAYS_GIVEN[grouping] ?? []);
  return {
    ungrouped: (row) => fields.some((field) => isNothing(row[field])),
    ...(groupings.includes('tags') ? { untagged: (row) => !isTagged(row) } : {}),
  };
}

export function isTagged({ tags }: Row): boolean {
  return !isNothing(tags);
}

function isNothing(value: Row[string] | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
