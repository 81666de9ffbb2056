import type { SharedStore } from '../checkpoint-store.js';
import type { JournalKey } from '../journal/append-journal.js';

/** Partitions of append sinks that this process has for itself among those that share the checkpoints. */
export class Claims {
  readonly #shared: Pick<SharedStore, 'claim'>;
  readonly #taken = new Map<string, () => Promise<void>>();
  /** Those that were delivered, of which it is not kept yet. */
  readonly #delivered = new Map<string, JournalKey>();

  constructor(shared: Pick<SharedStore, 'claim'>) {
    this.#shared = shared;
  }

  /** False where another process has it. */
  async take(key: JournalKey): Promise<boolean> {
    const name = nameOf(key);
    if (this.#taken.has(name)) return true;
    const giveBack = await this.#shared.claim(name);
    if (giveBack !== undefined) this.#taken.set(name, giveBack);
    return giveBack !== undefined;
  }

  /** Keeps it until {@link kept} is called with it. Harmless for what was not taken. */
  delivered(key: JournalKey): void {
    const name = nameOf(key);
    if (this.#taken.has(name)) this.#delivered.set(name, key);
  }

  /** Those that were delivered by now: others can see it once that is kept. */
  get unkept(): readonly JournalKey[] {
    return [...this.#delivered.values()];
  }

  async kept(keys: readonly JournalKey[]): Promise<void> {
    for (const key of keys) {
      this.#delivered.delete(nameOf(key));
      await this.giveBack(key);
    }
  }

  /** Gives it back, unless it was delivered. Harmless for what was not taken. */
  async giveBack(key: JournalKey): Promise<void> {
    const name = nameOf(key);
    if (this.#delivered.has(name)) return;
    const giveBack = this.#taken.get(name);
    this.#taken.delete(name);
    await giveBack?.();
  }
}

function nameOf({ sink, stream, projectId, day }: JournalKey): string {
  return JSON.stringify([sink, stream, projectId, day]);
}
