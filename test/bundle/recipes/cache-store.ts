import { existsSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Entry {
  readonly key: string;
  /** Only what was saved from the same paths is restored to them, as by GitHub. */
  readonly paths: string;
  readonly folder: string;
}

/** The cache of a CI system: it outlives the machines of its jobs. */
export class CacheStore {
  readonly #entries: Entry[] = [];

  /** Puts back what has this key, else the newest of which the key begins with one of these; its key, if there is one. */
  async restore(
    workspace: string,
    paths: readonly string[],
    key: string,
    beginnings: readonly string[] = [],
  ): Promise<string | undefined> {
    const found =
      this.#newest(paths, (other) => other === key) ??
      beginnings
        .map((beginning) => this.#newest(paths, (other) => other.startsWith(beginning)))
        .find(Boolean);
    if (found !== undefined) await cp(found.folder, workspace, { recursive: true });
    return found?.key;
  }

  /** Keeps what is there of these paths. */
  async save(workspace: string, paths: readonly string[], key: string): Promise<void> {
    const there = paths.filter((path) => existsSync(join(workspace, path)));
    if (there.length === 0) return;
    const folder = await mkdtemp(join(tmpdir(), 'cache-'));
    for (const path of there) await cp(join(workspace, path), join(folder, path), { recursive: true });
    this.#entries.push({ key, paths: paths.join('\n'), folder });
  }

  /** True where something has this key: to GitHub that is for good. */
  has(key: string): boolean {
    return this.#entries.some((entry) => entry.key === key);
  }

  /** The keys that begin like this, the oldest first. */
  keys(beginning: string): readonly string[] {
    return this.#entries.map(({ key }) => key).filter((key) => key.startsWith(beginning));
  }

  /** The newest of which the key begins like this is gone. */
  lose(beginning: string): void {
    const at = this.#entries.findLastIndex(({ key }) => key.startsWith(beginning));
    if (at < 0) throw new Error(`there is nothing to lose of ${beginning}`);
    this.#entries.splice(at, 1);
  }

  #newest(paths: readonly string[], isWanted: (key: string) => boolean): Entry | undefined {
    return this.#entries.findLast((entry) => entry.paths === paths.join('\n') && isWanted(entry.key));
  }
}
