import { ExportError } from '../../../../src/errors/export-error.js';
import type { JsonObject } from '../../../../src/text/json-object.js';
import type { Clock } from '../../../../src/time/clock.js';
import type { AssetStore, Installed } from './asset-store.js';

const TRIES = 4;
const FIRST_WAIT_MS = 1_000;

/**
 * Creates something that must be there once only. Where no answer came, it may be there all the same: so it is looked
 * for before it is tried again.
 */
export async function createOnce(
  store: AssetStore,
  body: JsonObject,
  find: (marked: readonly Installed[]) => Installed | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<JsonObject> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store.create(body);
    } catch (error) {
      if (!mayPass(error)) throw error;
      await clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1), signal);
      const made = find(await store.marked());
      if (made !== undefined) return store.read(made.id);
      if (tries === TRIES) throw error;
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ExportError && (error.kind === 'transient' || error.kind === 'rate-limited');
}
