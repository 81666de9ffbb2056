import { type Json, type JsonObject, objectOf } from '../../account/json.js';
import { type Answer, found, NOT_FOUND, refused } from '../answers.js';

/** One kind of asset: what the account has, and what is answered to a call for it. */
export interface AssetHandler {
  /** In the order of their creation. */
  readonly all: readonly JsonObject[];
  /** Puts something there as a person would. */
  add(body: JsonObject): JsonObject;
  /** `id` is the rest of the path; `query` that of the URL. */
  answer(method: string, id: string, query: URLSearchParams, body: Json | undefined): Answer;
}

/** What tells one kind of asset from another. */
export interface AssetRules {
  readonly kind: 'dashboard' | 'monitor';
  /** An asset with its `id`; `number` counts all that were ever made, from 0. */
  create(body: JsonObject, number: number): JsonObject;
  update(asset: JsonObject, body: JsonObject): JsonObject;
  list(all: readonly JsonObject[], query: URLSearchParams): object;
  /** Why a body, or what it would make of an asset, is refused, in Datadog's words. */
  faultsOf(asset: JsonObject): readonly string[];
}

export function assetHandler({ kind, create, update, list, faultsOf }: AssetRules): AssetHandler {
  const assets = new Map<string, JsonObject>();
  let created = 0;

  const keep = (asset: JsonObject): JsonObject => {
    assets.set(String(asset.id), asset);
    return asset;
  };
  const add = (body: JsonObject) => keep(create(body, created++));
  const checked = (asset: JsonObject, accept: () => JsonObject): Answer => {
    const faults = faultsOf(asset);
    return faults.length > 0 ? refused(400, ...faults) : found(accept());
  };

  return {
    get all() {
      return [...assets.values()];
    },
    add,
    answer(method, id, query, sent) {
      const body = objectOf(sent);
      if (id === '' && method === 'GET') return found(list([...assets.values()], query));
      if (id === '') return checked(body, () => add(body));
      if (id === 'validate' && kind === 'monitor') return checked(body, () => ({}));
      const asset = assets.get(id);
      if (asset === undefined) return NOT_FOUND;
      if (method === 'GET') return found(asset);
      if (method === 'DELETE') {
        assets.delete(id);
        return found({ [`deleted_${kind}_id`]: asset.id });
      }
      const changed = update(asset, body);
      return checked(changed, () => keep(changed));
    },
  };
}

/** What a body lacks of what must be there, in Datadog's words. */
export function lackingIn(body: JsonObject, names: readonly string[]): readonly string[] {
  return names.filter((name) => body[name] === undefined).map((name) => `'${name}' is a required property`);
}
