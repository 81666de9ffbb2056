import { ExportError, type Failure, failureOf } from '../../../src/errors/export-error.js';
import { hasStatus } from './grafana-client.js';

type Done = 'created' | 'updated' | 'removed' | 'would create' | 'would update' | 'would remove';

/** How it went with one asset. */
export interface Result {
  /** `kept`: somebody has edited it, and so it stays as it is. */
  readonly outcome: Done | 'unchanged' | 'kept' | 'failed';
  readonly kind: AssetPlace['kind'];
  readonly title: string;
  readonly url: string;
  /** Of `failed`. */
  readonly failure?: Failure;
}

/** Where one asset belongs in a Grafana. */
export interface AssetPlace {
  readonly kind: 'dashboard' | 'alert rule';
  readonly title: string;
  readonly url: string;
  /** What is there by its uid. Throws where that is somebody else's. */
  look(): Promise<Present | undefined>;
  create(): Promise<unknown>;
}

/** An asset that is there. */
export interface Present {
  readonly isAsWanted: boolean;
  /** True where somebody has saved it since it was installed. */
  readonly isEdited: boolean;
  update(): Promise<unknown>;
  remove(): Promise<unknown>;
}

export interface InstallChoice {
  /** Only reads, and says what would be done. */
  readonly dryRun: boolean;
  /** Also what somebody has edited. */
  readonly force: boolean;
}

/** Brings what is there to what is wanted. What may fail is in the result. */
export function installAsset(place: AssetPlace, choice: InstallChoice): Promise<Result> {
  return resultOf(place, async () => {
    const present = await place.look();
    if (present !== undefined) return bringUpToDate(present, choice);
    if (choice.dryRun) return 'would create';
    try {
      await place.create();
    } catch (error) {
      // It was made all the same, where an answer was lost and the call was tried again.
      if (!hasStatus(error, 409, 412) || !(await place.look())?.isAsWanted) throw error;
    }
    return 'created';
  });
}

/** Takes it away. Undefined where there is nothing. */
export async function uninstallAsset(
  place: AssetPlace,
  { dryRun, force }: InstallChoice,
): Promise<Result | undefined> {
  let isThere = true;
  const result = await resultOf(place, async () => {
    const present = await place.look();
    isThere = present !== undefined;
    if (present === undefined) return 'unchanged';
    if (present.isEdited && !force) return 'kept';
    if (dryRun) return 'would remove';
    await present.remove();
    return 'removed';
  });
  return isThere ? result : undefined;
}

async function bringUpToDate(present: Present, { dryRun, force }: InstallChoice): Promise<Result['outcome']> {
  if (present.isAsWanted) return 'unchanged';
  if (present.isEdited && !force) return 'kept';
  if (dryRun) return 'would update';
  await present.update();
  return 'updated';
}

/** Throws only when it is interrupted, or for a bug. */
async function resultOf(
  { kind, title, url }: AssetPlace,
  act: () => Promise<Result['outcome']>,
): Promise<Result> {
  try {
    return { outcome: await act(), kind, title, url };
  } catch (error) {
    if (!(error instanceof ExportError) || error.kind === 'interrupted') throw error;
    return { outcome: 'failed', kind, title, url, failure: failureOf(error) };
  }
}
