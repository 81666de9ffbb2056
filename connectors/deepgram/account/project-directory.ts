import type { Findings } from '../../../src/deliver/tally/findings.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Day } from '../../../src/time/day.js';
import { calledAs, type DeepgramApi, projectCall, type Scope } from '../api/deepgram-api.js';
import { arrayOf, type Json, objectOf, textOf } from '../api/tolerant-json.js';

/** Readable names for the ids in records; undefined for an id that nobody knows. */
export interface Names {
  model(id: string): string | undefined;
  apiKey(id: string): string | undefined;
  lineItem(id: string): string | undefined;
}

/**
 * What a project knows about itself and barely changes: its keys, its models, the names of its line items.
 * Each is asked for once a run, by whoever needs it first.
 */
export class ProjectDirectory {
  readonly #api: DeepgramApi;
  readonly #project: Project;
  readonly #findings: Findings;
  readonly #range: { readonly start: Day; readonly end: Day };
  readonly #answers = new Map<string, Promise<Json>>();

  /** @param range the days of the run: the names of what was used in them are asked for */
  constructor(
    api: DeepgramApi,
    project: Project,
    range: { readonly start: Day; readonly end: Day },
    findings: Findings,
  ) {
    this.#api = api;
    this.#range = range;
    this.#project = project;
    this.#findings = findings;
  }

  /** `{api_keys: [{member, api_key}]}` */
  keys(signal: AbortSignal): Promise<Json> {
    return this.#once(['keys'], {}, 'the API keys', 'keys:read', signal);
  }

  /** `{stt: […], tts: […]}`, outdated models included: old requests used them. */
  models(signal: AbortSignal): Promise<Json> {
    return this.#once(['models'], { include_outdated: 'true' }, 'the models', 'project:read', signal);
  }

  /** `{tags, models, processing_methods, features}` of what was used in these days. */
  usageFields(signal: AbortSignal): Promise<Json> {
    return this.#once(['usage', 'fields'], this.#range, 'the usage fields', 'usage:read', signal);
  }

  /** `{accessors, deployments, tags, line_items}` of what was billed in these days. */
  billingFields(signal: AbortSignal): Promise<Json> {
    return this.#once(['billing', 'fields'], this.#range, 'the billing fields', 'billing:read', signal);
  }

  /**
   * The names of these things. A list that the key may not read, or that is not there, only costs its names, with a
   * warning.
   */
  async names(
    wanted: { readonly models?: boolean; readonly apiKeys?: boolean; readonly lineItems?: boolean },
    signal: AbortSignal,
  ): Promise<Names> {
    const [models, keys, lineItems] = await Promise.all([
      wanted.models ? this.#modelNames(signal) : NOBODY,
      wanted.apiKeys ? this.#keyNames(signal) : NOBODY,
      wanted.lineItems ? this.#lineItemNames(signal) : NOBODY,
    ]);
    return {
      model: (id) => models.get(id),
      apiKey: (id) => keys.get(id),
      lineItem: (id) => lineItems.get(id),
    };
  }

  async #modelNames(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const [listed, used] = await Promise.all([
      this.#orNothing('model names', this.models(signal)),
      this.#orNothing('names of models used', this.usageFields(signal)),
    ]);
    const nameOf = (model: Json) => textOf(model.canonical_name) ?? textOf(model.name);
    return new Map([
      // Models that served this project and may be listed nowhere any more.
      ...namesIn(used.models, 'model_id', nameOf),
      ...namesIn(listed.tts, 'uuid', nameOf),
      ...namesIn(listed.stt, 'uuid', nameOf),
    ]);
  }

  async #keyNames(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const listed = await this.#orNothing('API key names', this.keys(signal));
    const keys = arrayOf(listed.api_keys).map((entry) => objectOf(entry)?.api_key);
    return namesIn(keys, 'api_key_id', (key) => textOf(key.comment));
  }

  async #lineItemNames(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const used = await this.#orNothing('line item names', this.billingFields(signal));
    const items = Object.entries(objectOf(used.line_items) ?? {});
    return new Map(items.flatMap(([id, name]) => (textOf(name) ? [[id, String(name)]] : [])));
  }

  #once(
    path: readonly string[],
    parameters: Readonly<Record<string, string>>,
    what: string,
    scope: Scope,
    signal: AbortSignal,
  ): Promise<Json> {
    const known = this.#answers.get(path.join('/'));
    if (known) return known;
    const answer = this.#api.get(projectCall(this.#project, `read ${what}`, scope, path, parameters), signal);
    answer.catch(() => {}); // reported by whoever waits for it
    this.#answers.set(path.join('/'), answer);
    return answer;
  }

  async #orNothing(lost: string, answer: Promise<Json>): Promise<Json> {
    try {
      return await answer;
    } catch (error) {
      // What would pass by itself must not turn names into ids, in Datadog even into other series: read it later.
      if (!isForGood(error)) throw error;
      this.#findings.warn(`No ${lost} for project ${calledAs(this.#project)}: ${error.message}`);
      return {};
    }
  }
}

/**
 * True for Deepgram's word that this key may not read it, or that it is not there. A key that is not known at all (401)
 * cannot read the records either, and a redirect is somebody else's word.
 */
function isForGood(error: unknown): error is ExportError {
  if (!(error instanceof ExportError) || error.code !== 'HTTP_STATUS') return false;
  return error.status === 403 || error.kind === 'permanent';
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/** Names by id; the first of an id counts. */
function namesIn(
  list: unknown,
  idField: string,
  nameOf: (item: Json) => string | null,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const item of arrayOf(list)) {
    const object = objectOf(item) ?? {};
    const id = textOf(object[idField]);
    const name = nameOf(object);
    if (id && name && !names.has(id)) names.set(id, name);
  }
  return names;
}
