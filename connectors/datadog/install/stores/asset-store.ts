import type { JsonObject } from '../../../../src/text/json-object.js';
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

/** One kind of asset in a Datadog account. */
export interface AssetStore {
  readonly kind: Asset['kind'];
  /** Everything with a mark of ours, copies that people have made included. */
  marked(): Promise<readonly Installed[]>;
  /** All of it, as Datadog has it. */
  read(id: string): Promise<JsonObject>;
  /** Makes it and returns it as Datadog has it. It is tried once. */
  create(body: JsonObject): Promise<JsonObject>;
  update(id: string, body: JsonObject): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  /** Has Datadog look at it without keeping it, where it can. */
  validate(body: JsonObject): Promise<unknown>;
  /** Of what {@link read} or {@link create} gave. */
  describe(current: JsonObject): Installed | undefined;
  /** What an update is to write: the asset, and what people may change and keep. */
  wanted(asset: Asset, current: JsonObject): JsonObject;
  urlOf(id: string): string;
}
