import { ExportError } from '../../../src/errors/export-error.js';
import { arrayOf, type Json, objectOf } from '../api/tolerant-json.js';
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
 * these days. Three calls where a server can tell of all days at once; what the key may not read is left out.
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
    values.set('method', distinct(listed(usage, 'processing_methods')));
    values.set('model', distinct(listed(usage, 'models')));
    values.set('tags', distinct([...listed(usage, 'tags'), ...listed(billing ?? [], 'tags')].map(tagOf)));
    // Features are used together, in any combination.
    values.set('feature_set', 2 ** distinct(listed(usage, 'features')));
  }
  if (billing !== undefined) {
    values.set('deployment', distinct([...listed(billing, 'deployments'), ...HOSTED]));
    values.set(
      'line_item',
      distinct(billing.flatMap(({ line_items: items }) => Object.keys(objectOf(items) ?? {}))),
    );
  }
  if (billing !== undefined && keys !== undefined) {
    // Keys that are there, and those that were used and are there no more.
    const count = distinct([...keys.map(({ id }) => id), ...listed(billing, 'accessors')]);
    for (const name of ['accessor', 'api_key_id']) values.set(name, count);
  }
  return values;
}

/** Some lists have a tag as it is in a request, others as it was given in the query: `dev` and `tag=dev` are one. */
function tagOf(item: unknown): unknown {
  return typeof item === 'string' ? item.replace(/^tag=/, '') : item;
}

/** What answers for parts of the days list under a name. */
function listed(answers: readonly Json[], name: string): readonly unknown[] {
  return answers.flatMap((answer) => arrayOf(answer[name]));
}

function distinct(list: readonly unknown[]): number {
  return new Set(list.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))).size;
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
