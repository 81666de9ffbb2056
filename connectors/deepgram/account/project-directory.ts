import type { Findings } from '../../../src/deliver/tally/findings.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Day } from '../../../src/time/day.js';
import type { DeepgramApi, Scope } from '../api/deepgram-api.js';
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
    return this.#once(['keys'], {}, 'read the API keys', 'keys:read', signal);
  }

  /** `{stt: […], tts: […]}`, outdated models included: old requests used them. */
  models(signal: AbortSignal): Promise<Json> {
    return this.#once(['models'], { include_outdated: 'true' }, 'read the models', 'project:read', signal);
  }

  /** `{tags, models, processing_methods, features}` of what was used in these days. */
  usageFields(signal: AbortSignal): Promise<Json> {
    return this.#once(['usage', 'fields'], this.#range, 'read the usage fields', 'usage:read', signal);
  }

  /** `{accessors, deployments, tags, line_items}` of what was billed in these days. */
  billingFields(signal: AbortSignal): Promise<Json> {
    return this.#once(['billing', 'fields'], this.#range, 'read the billing fields', 'billing:read', signal);
  }

  /** The names of these things. A list that the key may not read, or that is not there, only costs its names, with a warning. */
  async names(wanted: NamesWanted, signal: AbortSignal): Promise<Names> {
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
    const names = new Map<string, string>();
    const [listed, seen] = await Promise.all([
      this.#orNothing('model names', this.models(signal)),
      this.#orNothing('names of models used', this.usageFields(signal)),
    ]);
    for (const model of [...arrayOf(listed.stt), ...arrayOf(listed.tts)])
      addModel(names, objectOf(model), 'uuid');
    // Models that served this project and are listed nowhere any more.
    for (const model of arrayOf(seen.models)) addModel(names, objectOf(model), 'model_id');
    return names;
  }

  async #keyNames(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    const listed = await this.#orNothing('API key names', this.keys(signal));
    for (const entry of arrayOf(listed.api_keys)) {
      const key = objectOf(objectOf(entry)?.api_key);
      const id = textOf(key?.api_key_id);
      const comment = textOf(key?.comment);
      if (id && comment) names.set(id, comment);
    }
    return names;
  }

  async #lineItemNames(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const used = await this.#orNothing('line item names', this.billingFields(signal));
    const items = objectOf(used.line_items) ?? {};
    const names = new Map<string, string>();
    for (const [id, name] of Object.entries(items))
      if (typeof name === 'string' && name !== '') names.set(id, name);
    return names;
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
    const { id, name } = this.#project;
    const call = {
      path: ['v1', 'projects', id, ...path],
      parameters,
      what: `${what} of ${name ?? id}`,
      scope,
    };
    const answer = this.#api.get(call, signal);
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
      this.#findings.warn(
        `No ${lost} for project ${this.#project.name ?? this.#project.id}: ${error.message}`,
      );
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

/** Which names a stream needs. */
export interface NamesWanted {
  readonly models?: boolean;
  readonly apiKeys?: boolean;
  readonly lineItems?: boolean;
}

const NOBODY: ReadonlyMap<string, string> = new Map();

function addModel(names: Map<string, string>, model: Json | undefined, idField: 'uuid' | 'model_id'): void {
  const id = textOf(model?.[idField]);
  const name = textOf(model?.canonical_name) ?? textOf(model?.name);
  if (id && name && !names.has(id)) names.set(id, name);
}
