import { ExportError, type Failure, failureOf } from '../../../src/errors/export-error.js';
import type { Clock } from '../../../src/time/clock.js';
import type { Asset } from './assets/datadog-assets.js';
import type { AssetStore, Installed } from './stores/asset-store.js';
import { createOnce } from './stores/create-once.js';
import { includesAll } from './stores/includes-all.js';
import { textIn } from './stores/json-guards.js';

export type Outcome =
  | 'created'
  | 'updated'
  | 'unchanged'
  | 'removed'
  | 'would create'
  | 'would update'
  | 'would remove'
  | 'failed';

/** How it went with one asset. */
export interface Result {
  readonly outcome: Outcome;
  readonly kind: AssetStore['kind'];
  readonly title: string;
  /** Where it is to be seen; undefined where there is nothing. */
  readonly url?: string;
  /** Of `failed`. */
  readonly failure?: Failure;
}

export interface InstallContext {
  /** Only reads, and says what would be done. */
  readonly dryRun: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Brings what is in a store to what is wanted, one after the other: what lacks is created, what differs is updated.
 * One that fails does not keep the others back. Throws only when it is interrupted, or for a bug.
 */
export async function* installAssets(
  assets: readonly Asset[],
  store: AssetStore,
  context: InstallContext,
): AsyncGenerator<Result> {
  const marked = await attempt(() => store.marked());
  for (const asset of assets) {
    const title = titleOf(asset);
    const done =
      'failure' in marked ? marked : await attempt(() => installAsset(asset, store, marked.value, context));
    yield 'failure' in done ? failed(store, title, done.failure) : done.value;
  }
}

/** Removes what is marked as ours and nothing else; a copy that somebody has made is theirs. */
export async function* uninstallAssets(
  store: AssetStore,
  { dryRun }: InstallContext,
): AsyncGenerator<Result> {
  const marked = await attempt(() => store.marked());
  if ('failure' in marked) {
    yield failed(store, `every ${store.kind} of deepgram-export`, marked.failure);
    return;
  }
  for (const { id, title } of marked.value.filter(isOurs)) {
    const done = dryRun ? undefined : await attempt(() => removeAsset(store, id));
    if (done !== undefined && 'failure' in done) yield failed(store, title, done.failure);
    else
      yield { outcome: dryRun ? 'would remove' : 'removed', kind: store.kind, title, url: store.urlOf(id) };
  }
}

async function installAsset(
  asset: Asset,
  store: AssetStore,
  marked: readonly Installed[],
  context: InstallContext,
): Promise<Result> {
  const find = (among: readonly Installed[]) =>
    oldest(among.filter((one) => isOurs(one) && one.name === asset.name));
  const known = find(marked);
  if (known === undefined) return createAsset(asset, store, find, context);
  const current = await store.read(known.id);
  const wanted = store.wanted(asset, current);
  const result = { kind: store.kind, title: known.title, url: store.urlOf(known.id) };
  if (includesAll(current, wanted)) return { ...result, outcome: 'unchanged' };
  if (context.dryRun) {
    await store.validate({ ...asset.body, ...wanted });
    return { ...result, outcome: 'would update' };
  }
  await store.update(known.id, wanted);
  return { ...result, outcome: 'updated' };
}

/** In two steps, since the mark is to hold the id: without it, a copy that somebody makes would pass for ours. */
async function createAsset(
  asset: Asset,
  store: AssetStore,
  find: (marked: readonly Installed[]) => Installed | undefined,
  context: InstallContext,
): Promise<Result> {
  const { kind, body } = asset;
  if (context.dryRun) {
    await store.validate(body);
    return { outcome: 'would create', kind, title: titleOf(asset) };
  }
  const current = await createOnce(store, body, find, context);
  const made = store.describe(current);
  if (made === undefined) throw unmarked(kind);
  await store.update(made.id, store.wanted(asset, current));
  return { outcome: 'created', kind, title: made.title, url: store.urlOf(made.id) };
}

/** What is gone already is removed: a second try, after an answer was lost, finds nothing. */
async function removeAsset(store: AssetStore, id: string): Promise<void> {
  try {
    await store.remove(id);
  } catch (error) {
    if (!(error instanceof ExportError) || error.status !== 404) throw error;
  }
}

function isOurs({ id, owner }: Installed): boolean {
  return owner === undefined || owner === id;
}

/** Where several have lost the id in their mark: the first one was ours. */
function oldest(installed: readonly Installed[]): Installed | undefined {
  return [...installed].sort((a, b) =>
    a.createdAt < b.createdAt ? -1 : Number(a.createdAt > b.createdAt),
  )[0];
}

function titleOf({ name, body }: Asset): string {
  return textIn(body, 'title') || textIn(body, 'name') || name;
}

function failed({ kind }: AssetStore, title: string, failure: Failure): Result {
  return { outcome: 'failed', kind, title, failure };
}

type Attempt<T> = { readonly value: T } | { readonly failure: Failure };

async function attempt<T>(action: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await action() };
  } catch (error) {
    if (!(error instanceof ExportError) || error.kind === 'interrupted') throw error;
    return { failure: failureOf(error) };
  }
}

function unmarked(kind: string): ExportError {
  return new ExportError('SINK_REFUSED', `Datadog has made a ${kind} and left out its mark.`, {
    kind: 'permanent',
    hint: 'It is not found again without: remove it by hand, and please report this.',
  });
}
