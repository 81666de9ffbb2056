import { ExportError } from '../../../../src/errors/export-error.js';
import { isJsonObject, type Json, type JsonObject } from '../../../../src/text/json-object.js';
import { appAddress } from '../../shared/app-address.js';
import type { DatadogClient } from '../../shared/datadog-client.js';
import type { OfficialApi, Use } from '../../shared/official-client.js';
import { noneFor404 } from '../../shared/refusal.js';
import type { Asset } from '../assets/datadog-assets.js';

/** What is known of something installed without reading it whole. */
export interface Installed {
  readonly id: string;
  /** As people see it; they may have changed it. */
  readonly title: string;
  /** Of the asset that it was made of. */
  readonly name: string;
  /** ISO 8601; empty where it is not known. */
  readonly createdAt: string;
  /** The id in its mark: undefined between its creation and the writing of the id. */
  readonly owner: string | undefined;
}

/** What sets one kind of asset apart: its calls, its mark, and what of it belongs to people. */
export interface AssetKind<Api> {
  readonly kind: Asset['kind'];
  readonly api: OfficialApi<Api>;
  /** `page` counts from 0. */
  list(api: Api, page: number): Promise<unknown>;
  itemsOf(answer: Json): Json | undefined;
  read(api: Api, id: string): Promise<unknown>;
  create(api: Api, body: never): Promise<unknown>;
  update(api: Api, id: string, body: never): Promise<unknown>;
  remove(api: Api, id: string): Promise<unknown>;
  /** Left out where Datadog has no such call. */
  validate?(api: Api, body: never): Promise<unknown>;
  /** Undefined without a mark of ours. */
  describe(current: JsonObject): Installed | undefined;
  /** What an update is to write: the asset, and what people may change and keep. */
  wanted(asset: Asset, current: JsonObject): JsonObject;
  /** Where it is to be seen, without the host. */
  pathOf(id: string): string;
}

export const PAGE_SIZE = 100;

/** One kind of asset in a Datadog account. */
export type AssetStore = ReturnType<typeof assetStore>;

export function assetStore<Api>(client: DatadogClient, signal: AbortSignal, calls: AssetKind<Api>) {
  const { kind, describe, wanted, pathOf } = calls;
  const call = async (what: string, use: Use<Api>, tries: { readonly tries?: 'once' } = {}) =>
    (await client.call(calls.api, { what, signal, ...tries }, use)).json;
  return {
    kind,
    describe,
    wanted,
    urlOf: (id: string) => appAddress(client.site) + pathOf(encodeURIComponent(id)),
    /**
     * Everything with a mark of ours, copies that people have made included. Pages are read until one brings nothing
     * new: a page may be shorter than asked, and a server that does not page gives the same one again.
     */
    async marked(): Promise<readonly Installed[]> {
      const found = new Map<Json | undefined, JsonObject>();
      for (let page = 0; ; page += 1) {
        const before = found.size;
        const what = `list the ${kind}s`;
        const items = calls.itemsOf(await call(what, (api) => calls.list(api, page)));
        if (!Array.isArray(items)) throw unknownAnswer(what);
        for (const item of items.filter(isJsonObject)) found.set(item.id, item);
        if (found.size === before) return [...found.values()].flatMap((item) => describe(item) ?? []);
      }
    },
    /** All of it, as Datadog has it. */
    async read(id: string): Promise<JsonObject> {
      const answer = await call(`read the ${kind} ${id}`, (api) => calls.read(api, id));
      return objectIn(answer, `read the ${kind}`);
    },
    /** Makes it and returns it as Datadog has it. It is tried once. */
    async create(body: JsonObject): Promise<JsonObject> {
      const what = `create the ${kind}${nameIn(body)}`;
      const answer = await call(what, (api, asIs) => calls.create(api, asIs(body)), { tries: 'once' });
      return objectIn(answer, `create the ${kind}`);
    },
    update: (id: string, body: JsonObject) =>
      call(`update the ${kind} ${id}`, (api, asIs) => calls.update(api, id, asIs(body))),
    /** What is gone already is no trouble: a second try, after an answer was lost, finds nothing. */
    remove: (id: string) =>
      call(`remove the ${kind} ${id}`, (api) => calls.remove(api, id)).catch(noneFor404),
    /** Has Datadog look at it without keeping it, where it can. */
    async validate(body: JsonObject): Promise<void> {
      const { validate } = calls;
      if (validate !== undefined)
        await call(`validate the ${kind}${nameIn(body)}`, (api, asIs) => validate(api, asIs(body)));
    },
  };
}

/** A property that is a text; empty where it is not. */
export function textIn(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : '';
}

/** Of monitors, which have a name; a dashboard has a title, and there is only one. */
function nameIn(body: JsonObject): string {
  const name = textIn(body, 'name');
  return name === '' ? '' : ` "${name}"`;
}

function objectIn(json: Json, what: string): JsonObject {
  if (!isJsonObject(json)) throw unknownAnswer(what);
  return json;
}

function unknownAnswer(what: string): ExportError {
  return new ExportError('SINK_REFUSED', `Could not ${what}: Datadog gave an answer of an unknown form.`, {
    kind: 'permanent',
    hint: 'Check that `api_url`, where it is set, leads to Datadog itself.',
  });
}
