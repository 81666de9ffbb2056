import { ExportError, type Failure, failureOf } from '../../../src/errors/export-error.js';
import { includesAll } from '../../../src/text/includes-all.js';
import type { Clock } from '../../../src/time/clock.js';
import type { Asset } from './assets/datadog-assets.js';
import { type AssetStore, type Installed, textIn } from './stores/asset-store.js';
import { createOnce } from './stores/create-once.js';

type Done = 'created' | 'updated' | 'removed' | 'would create' | 'would update' | 'would remove';

/** How it went with one asset. */
export interface Result {
  readonly outcome: Done | 'unchanged' | 'failed';
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
  let marked: Promise<readonly Installed[]> | undefined;
  for (const asset of assets) {
    try {
      marked ??= store.marked();
      yield await installAsset(asset, store, await marked, context);
    } catch (error) {
      yield failed(store, titleOf(asset), error);
    }
  }
}

/** Removes what is marked as ours and nothing else; a copy that somebody has made is theirs. */
export async function* uninstallAssets(
  store: AssetStore,
  { dryRun }: InstallContext,
): AsyncGenerator<Result> {
  let ours: readonly Installed[] = [];
  try {
    ours = (await store.marked()).filter(isOurs);
  } catch (error) {
    yield failed(store, `every ${store.kind} of deepgram-export`, error);
  }
  for (const { id, title } of ours) {
    try {
      if (!dryRun) await store.remove(id);
      yield { outcome: dryRun ? 'would remove' : 'removed', kind: store.kind, title, url: store.urlOf(id) };
    } catch (error) {
      yield failed(store, title, error);
    }
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
  if (made === undefined) {
    throw new ExportError('SINK_REFUSED', `Datadog has made a ${kind} and left out its mark.`, {
      kind: 'permanent',
      hint: 'It is not found again without: remove it by hand, and please report this.',
    });
  }
  await store.update(made.id, store.wanted(asset, current));
  return { outcome: 'created', kind, title: made.title, url: store.urlOf(made.id) };
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

/** Of what one asset may fail by; throws everything else. */
function failed({ kind }: AssetStore, title: string, error: unknown): Result {
  if (!(error instanceof ExportError) || error.kind === 'interrupted') throw error;
  return { outcome: 'failed', kind, title, failure: failureOf(error) };
}
