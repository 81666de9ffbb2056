import { ExportError } from '../../../src/errors/export-error.js';
import { arrayOf, objectOf } from '../api/tolerant-json.js';
import type { Endpoint, RequestStatus } from '../streams/requests.js';
import type { DayRange } from './names/named-list.js';
import type { ProjectDirectory } from './project-directory.js';

const ENDPOINTS = ['listen', 'speak', 'read', 'agent', 'other'] as const satisfies readonly Endpoint[];
const STATUSES = [
  'success',
  'error',
  'pending',
  'unknown',
  'lost',
] as const satisfies readonly RequestStatus[];

/**
 * Requests also name the region, which is not listed.
 * @see https://developers.deepgram.com/reference/custom-endpoints
 */
const HOSTED = ['hosted', 'hosted:us', 'hosted:eu', 'hosted:au', 'hosted:in'];

/**
 * How many different values the fields of a project's records have, by their names, as Deepgram lists them for
 * these days. Three calls at most; what the key may not read is left out.
 */
export async function distinctValues(
  directory: ProjectDirectory,
  days: DayRange,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const [usage, billing, keys] = await Promise.all([
    readable(directory.usageFields(days, signal)),
    readable(directory.billingFields(days, signal)),
    readable(directory.apiKeys.read(days, signal).then(directory.apiKeys.all)),
  ]);
  const values = new Map<string, number>([
    ['endpoint', ENDPOINTS.length],
    ['status', STATUSES.length],
  ]);
  if (usage !== undefined) {
    values.set('method', distinct(usage.processing_methods));
    values.set('model', distinct(usage.models));
    values.set('tags', distinct([...arrayOf(usage.tags), ...arrayOf(billing?.tags)].map(tagOf)));
    // Features are used together, in any combination.
    values.set('feature_set', 2 ** distinct(usage.features));
  }
  if (billing !== undefined) {
    values.set('deployment', distinct([...arrayOf(billing.deployments), ...HOSTED]));
    values.set('line_item', Object.keys(objectOf(billing.line_items) ?? {}).length);
  }
  if (billing !== undefined && keys !== undefined) {
    // Keys that are there, and those that were used and are there no more.
    const count = distinct([...keys.map(({ id }) => id), ...arrayOf(billing.accessors)]);
    for (const name of ['accessor', 'api_key_id']) values.set(name, count);
  }
  return values;
}

/** Some lists have a tag as it is in a request, others as it was given in the query: `dev` and `tag=dev` are one. */
function tagOf(item: unknown): unknown {
  return typeof item === 'string' ? item.replace(/^tag=/, '') : item;
}

function distinct(list: unknown): number {
  return new Set(arrayOf(list).map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))).size;
}

/** Undefined for what Deepgram does not give; an interrupt is none of that. */
async function readable<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ExportError && error.kind !== 'interrupted') return undefined;
    throw error;
  }
}
