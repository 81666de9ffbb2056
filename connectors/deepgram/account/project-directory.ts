import type { Findings } from '../../../src/deliver/tally/findings.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Day } from '../../../src/time/day.js';
import { calledAs, type DeepgramApi, type Parameters, projectCall, type Scope } from '../api/deepgram-api.js';
import { arrayOf, type Json, objectOf, textOf } from '../api/tolerant-json.js';

/** Readable names for the ids in records; undefined for an id that nobody knows. */
export interface Names {
  model(id: string): string | undefined;
  apiKey(id: string): string | undefined;
  lineItem(id: string): string | undefined;
}

/** Names by id. */
type NamesById = ReadonlyMap<string, string>;

export type ProjectDirectory = ReturnType<typeof projectDirectory>;

/**
 * What a project knows about itself and barely changes: its keys, its models, the names of its line items.
 * Each is asked for once a run, by whoever needs it first.
 *
 * @param range the days of the run: the names of what was used in them are asked for
 */
export function projectDirectory(
  api: DeepgramApi,
  project: Project,
  range: { readonly start: Day; readonly end: Day },
  findings: Findings,
) {
  const answers = new Map<string, Promise<Json>>();
  const once =
    (what: string, scope: Scope, path: readonly string[], parameters: Parameters = {}) =>
    (signal: AbortSignal): Promise<Json> => {
      const known = answers.get(what);
      if (known) return known;
      const answer = api.get(projectCall(project, `read ${what}`, scope, path, parameters), signal);
      answer.catch(() => {}); // reported by whoever waits for it
      answers.set(what, answer);
      return answer;
    };
  /** `{api_keys: [{member, api_key}]}` */
  const keys = once('the API keys', 'keys:read', ['keys']);
  /** `{stt: […], tts: […]}`, outdated models included: old requests used them. */
  const models = once('the models', 'project:read', ['models'], { include_outdated: 'true' });
  /** `{tags, models, processing_methods, features}` of what was used in these days. */
  const usageFields = once('the usage fields', 'usage:read', ['usage', 'fields'], range);
  /** `{accessors, deployments, tags, line_items}` of what was billed in these days. */
  const billingFields = once('the billing fields', 'billing:read', ['billing', 'fields'], range);

  const orNothing = async (lost: string, answer: Promise<Json>): Promise<Json> => {
    try {
      return await answer;
    } catch (error) {
      // What would pass by itself must not turn names into ids, in Datadog even into other series: read it later.
      if (!isForGood(error)) throw error;
      findings.warn(`No ${lost} for project ${calledAs(project)}: ${error.message}`);
      return {};
    }
  };
  const modelNames = async (signal: AbortSignal): Promise<NamesById> => {
    const [listed, used] = await Promise.all([
      orNothing('model names', models(signal)),
      orNothing('names of models used', usageFields(signal)),
    ]);
    const nameOf = (model: Json) => textOf(model.canonical_name) ?? textOf(model.name);
    return new Map([
      // Models that served this project and may be listed nowhere any more.
      ...namesIn(used.models, 'model_id', nameOf),
      ...namesIn(listed.tts, 'uuid', nameOf),
      ...namesIn(listed.stt, 'uuid', nameOf),
    ]);
  };
  const keyNames = async (signal: AbortSignal): Promise<NamesById> => {
    const listed = await orNothing('API key names', keys(signal));
    const found = arrayOf(listed.api_keys).map((entry) => objectOf(entry)?.api_key);
    return namesIn(found, 'api_key_id', (key) => textOf(key.comment));
  };
  const lineItemNames = async (signal: AbortSignal): Promise<NamesById> => {
    const used = await orNothing('line item names', billingFields(signal));
    const items = Object.entries(objectOf(used.line_items) ?? {}).map(([id, name]) => ({ id, name }));
    return namesIn(items, 'id', (item) => textOf(item.name));
  };

  return {
    keys,
    models,
    usageFields,
    billingFields,
    /**
     * The names of these things. A list that the key may not read, or that is not there, only costs its names, with a
     * warning.
     */
    names: async (
      wanted: { readonly models?: boolean; readonly apiKeys?: boolean; readonly lineItems?: boolean },
      signal: AbortSignal,
    ): Promise<Names> => {
      const [ofModels, ofKeys, ofLineItems] = await Promise.all([
        wanted.models ? modelNames(signal) : NOBODY,
        wanted.apiKeys ? keyNames(signal) : NOBODY,
        wanted.lineItems ? lineItemNames(signal) : NOBODY,
      ]);
      return {
        model: (id) => ofModels.get(id),
        apiKey: (id) => ofKeys.get(id),
        lineItem: (id) => ofLineItems.get(id),
      };
    },
  };
}

/**
 * True for Deepgram's word that this key may not read it, or that it is not there. A key that is not known at all (401)
 * cannot read the records either, and a redirect is somebody else's word.
 */
function isForGood(error: unknown): error is ExportError {
  if (!(error instanceof ExportError) || error.code !== 'HTTP_STATUS') return false;
  return error.lacks !== undefined || error.kind === 'permanent';
}

const NOBODY: NamesById = new Map();

/** The first name of an id counts. */
function namesIn(list: unknown, idField: string, nameOf: (item: Json) => string | null): NamesById {
  const names = new Map<string, string>();
  for (const item of arrayOf(list)) {
    const object = objectOf(item) ?? {};
    const id = textOf(object[idField]);
    const name = nameOf(object);
    if (id && name && !names.has(id)) names.set(id, name);
  }
  return names;
}
