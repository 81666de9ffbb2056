import type { Row, Value } from '../../../src/streams/field.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { ofPeriod } from '../../deepgram/streams/project-columns.js';
import type { DatadogDimension } from '../metrics/metrics-settings.js';
import { textOf, textsOf } from '../metrics/row-values.js';
import { normalizeTag, type TagSet, tag, tagSet } from './tags.js';

/** The tag set of a record. */
export type TagsOf = (row: Row) => TagSet;

/**
 * Tags of a request: the configured tags, the chosen dimensions, and always `project_id`. Projects may share a
 * name, a partition must never overwrite the points of another project's, and the id is the same in every run,
 * whichever project is read first. It multiplies nothing where `project` is chosen as well.
 */
export function requestTags(
  project: Project,
  dimensions: readonly DatadogDimension[],
  configured: readonly string[],
): TagsOf {
  return remembered(tagFields(dimensions), fixedTags(project, dimensions, configured));
}

/** Those of its tags that all requests of a project have. */
export function fixedTags(
  project: Project,
  dimensions: readonly DatadogDimension[],
  configured: readonly string[],
): readonly string[] {
  const fixed = [...configured.map(normalizeTag), tag('project_id', project.id)];
  return dimensions.includes('project') ? [...fixed, projectTag(project)] : fixed;
}

/** Those that depend on the request, as the fields of {@link tagFields} have them. */
export function ownTags(fields: readonly string[], row: Row): readonly string[] {
  return fields.flatMap((field) => tagsOfColumn(field, row));
}

/** The fields of a request that {@link requestTags} looks at. */
export function tagFields(dimensions: readonly DatadogDimension[]): readonly string[] {
  return dimensions
    .filter((dimension) => dimension !== 'project')
    .flatMap((dimension) => COLUMNS[dimension] ?? [dimension]);
}

/** Tags of a daily record: the configured tags, the project, and what the stream is broken down by. */
export function breakdownTags(project: Project, stream: Stream, configured: readonly string[]): TagsOf {
  const fixed = [...projectTags(project), ...configured.map(normalizeTag)];
  const columns = stream.fields
    .filter((field) => field.role === 'dimension' && !PERIOD.has(field.name))
    .map((field) => field.name);
  return remembered(columns, fixed);
}

/** `project` (the name, or the id where there is none) and `project_id`. */
export function projectTags(project: Project): readonly string[] {
  return [projectTag(project), tag('project_id', project.id)];
}

const PERIOD = new Set(Object.keys(ofPeriod));

/** The columns behind a dimension that is not just the column of its name. */
const COLUMNS: { readonly [D in DatadogDimension]?: readonly string[] } = {
  model: ['model', 'model_ids'],
  api_key: ['api_key_id', 'api_key_name'],
  request_tags: ['tags'],
};

/** Tag sets that are held so as not to be made again: records repeat a few of them. */
const REMEMBERED = 10_000;

/** One value after the other leads from here to the tag set of all of them. */
interface Branch {
  readonly next: Map<Value | undefined, Branch>;
  set?: TagSet;
}

function remembered(columns: readonly string[], fixed: readonly string[]): TagsOf {
  let root: Branch = { next: new Map() };
  let made = 0;
  return (row) => {
    let branch = root;
    for (const column of columns) branch = branchOf(branch, row[column]);
    if (branch.set !== undefined) return branch.set;
    if (made >= REMEMBERED) {
      root = { next: new Map() };
      made = 0;
    }
    made += 1;
    branch.set = tagSet([...fixed, ...ownTags(columns, row)]);
    return branch.set;
  };
}

function branchOf(branch: Branch, value: Value | undefined): Branch {
  // Lists are equal by what they hold. A column has either lists or texts, so they are never taken for each other.
  const key = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  const known = branch.next.get(key);
  if (known !== undefined) return known;
  const made: Branch = { next: new Map() };
  branch.next.set(key, made);
  return made;
}

function projectTag(project: Project): string {
  return tag('project', project.name ?? project.id);
}

/** The same thing has the same tag everywhere, so that a dashboard can filter requests and daily totals alike. */
function tagsOfColumn(column: string, row: Row): readonly string[] {
  switch (column) {
    case 'accessor':
    case 'api_key_id':
      return [tag('api_key', textOf(row, 'api_key_name') || textOf(row, column))];
    case 'tags':
      return listTags('request_tags', textsOf(row, 'tags'));
    case 'model':
      return [tag('model', textOf(row, 'model') ?? textsOf(row, 'model_ids').join('/'))];
    // Other names for what is tagged already.
    case 'api_key_name':
    case 'model_ids':
    case 'line_item_name':
      return [];
    default:
      return [tag(column, textOf(row, column))];
  }
}

function listTags(key: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [tag(key, null)] : values.map((value) => tag(key, value));
}
