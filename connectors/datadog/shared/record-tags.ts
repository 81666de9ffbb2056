import type { Row } from '../../../src/streams/field.js';
import type { Project } from '../../../src/streams/partition.js';
import { type Dimension, ownDimensions, projectTags, tagsOf } from './dimensions.js';
import { normalizeTag, type TagSet, tagSet } from './tags.js';

/** The tag set of a record. */
export type TagsOf = (row: Row) => TagSet;

/** Tags that all records of a project have in common: the configured ones and the project's own. */
export function fixedTags(
  project: Project,
  dimensions: readonly Dimension[],
  configured: readonly string[],
): readonly string[] {
  return [...configured.map(normalizeTag), ...projectTags(project, dimensions)];
}

/** Makes the tag sets of a project's records. Records repeat a few of them, so they are memoized. */
export function recordTags(
  project: Project,
  dimensions: readonly Dimension[],
  configured: readonly string[],
): TagsOf {
  const fixed = fixedTags(project, dimensions, configured);
  const own = ownDimensions(dimensions);
  const fields = own.flatMap((dimension) => dimension.fields);
  const known = new Map<string, TagSet>();
  return (row) => {
    const key = JSON.stringify(fields.map((field) => row[field] ?? null));
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= MEMOIZED) known.clear();
    const made = tagSet([...fixed, ...own.flatMap((dimension) => tagsOf(dimension, row))]);
    known.set(key, made);
    return made;
  };
}

const MEMOIZED = 10_000;
