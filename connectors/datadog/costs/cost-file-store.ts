import { ExportError } from '../../../src/errors/export-error.js';
import type { Call } from '../shared/datadog-client.js';
import { type CostFile, OWN, slotOfName } from './cost-file.js';
import type { CostsClient, StoredFile } from './costs-client.js';

interface Repair {
  readonly doubled: number;
  readonly failed: readonly StoredFile[];
  readonly denied: readonly StoredFile[];
}

/**
 * This program's files in the account: one for each project and day. Datadog replaces nothing and adds up all files
 * there are, so a new one is uploaded first and the old ones are removed after it: whoever is stopped in between
 * leaves the day twice, never without its costs, and {@link CostFileStore.repair} of the next run removes the older.
 */
export class CostFileStore {
  uploaded = 0;
  unchanged = 0;
  removed = 0;
  readonly #client: CostsClient;
  /** Ids of listed files of which Datadog said, when they were to be removed, that they are not there. */
  readonly #denied = new Set<string>();
  /** Slots that are known to be right. */
  readonly #settled = new Set<string>();

  constructor(client: CostsClient) {
    this.#client = client;
  }

  /**
   * Makes this the only file of its slot; undefined empties it. Nothing is uploaded where the same is there already.
   *
   * @throws `SINK_REFUSED` where Datadog keeps the file under another name: no later run would find it.
   */
  async replace(slot: string, file: CostFile | undefined, call: Call): Promise<void> {
    const before = (await this.#client.list(slot, call)).filter(({ name }) => slotOfName(name) === slot);
    const same = before.find((stored) => stored.name === file?.name && !hasFailed(stored));
    if (file === undefined || same !== undefined) {
      await this.#removeAll(before, same, call);
      if (same !== undefined) this.unchanged += 1;
    } else {
      const { kept, others } = await this.#upload(file, call);
      await this.#removeAll([...before, ...others], kept, call);
      this.uploaded += 1;
    }
    this.#settled.add(slot);
  }

  /**
   * Removes what earlier runs, or failures of this one, have left of a day beside its newest file. Answers with how
   * many that were, with files that Datadog says it could not use, and with those that it lists on although it says that
   * they are not there.
   */
  async repair(call: Call): Promise<Repair> {
    const bySlot = new Map<string, StoredFile[]>();
    for (const stored of await this.#client.list(OWN, call)) {
      const slot = slotOfName(stored.name);
      if (slot !== undefined) bySlot.set(slot, [...(bySlot.get(slot) ?? []), stored]);
    }
    const removedBefore = this.removed;
    for (const [slot, stored] of bySlot) {
      // Of what this run has put right, a listing that lags behind must not undo anything.
      if (stored.length < 2 || this.#settled.has(slot)) continue;
      await this.#removeAll(stored, stored.sort(bestFirst)[0], call);
    }
    const listed = this.#denied.size === 0 ? [] : await this.#client.list(OWN, call);
    return {
      doubled: this.removed - removedBefore,
      failed: [...bySlot.values()].flat().filter(hasFailed),
      denied: listed.filter(({ id }) => this.#denied.has(id)),
    };
  }

  async #upload(file: CostFile, call: Call): Promise<{ kept: StoredFile; others: readonly StoredFile[] }> {
    const { file: kept, again } = await this.#client.upload(file, call);
    if (kept?.name !== file.name) {
      if (kept !== undefined) await this.#client.remove(kept, call);
      throw notKept(call.what, kept);
    }
    // An earlier try may have come through although its answer was lost.
    const others = again ? await this.#client.list(file.name, call) : [];
    return { kept, others };
  }

  async #removeAll(stored: readonly StoredFile[], kept: StoredFile | undefined, call: Call): Promise<void> {
    for (const file of new Map(stored.map((one) => [one.id, one])).values()) {
      if (file.id === kept?.id) continue;
      if (await this.#client.remove(file, call)) this.removed += 1;
      else this.#denied.add(file.id);
    }
  }
}

/** The words for it are not documented. */
function hasFailed({ status }: StoredFile): boolean {
  return /fail|error|invalid|reject/i.test(status);
}

function bestFirst(a: StoredFile, b: StoredFile): number {
  return Number(hasFailed(a)) - Number(hasFailed(b)) || b.uploadedAt - a.uploadedAt;
}

function notKept(what: string, kept: StoredFile | undefined): ExportError {
  const how =
    kept === undefined
      ? 'Datadog did not say what became of the file'
      : 'Datadog keeps the file under another name, and it was removed again';
  return new ExportError('SINK_REFUSED', `Could not ${what}: ${how}.`, {
    kind: 'permanent',
    hint: 'Days are replaced by the names of their files. Check that `api_url`, where it is set, leads to Datadog itself.',
  });
}
