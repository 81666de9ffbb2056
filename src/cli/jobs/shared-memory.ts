import type { SourceMemory } from '../../catalogue/source-type.js';
import type { JobSource } from '../../config/job.js';

/**
 * What a source remembers, for one of several that learn of projects apart: what one has learned is merged with what others
 * have learned since it was told.
 */
export class SharedMemory implements SourceMemory {
  readonly #memory: SourceMemory;
  readonly #merge: JobSource['mergeMemory'];
  /** What it was told, or has told, by project id. */
  #known = new Map<string, unknown>();

  constructor(memory: SourceMemory, merge: JobSource['mergeMemory']) {
    this.#memory = memory;
    this.#merge = merge;
  }

  get(projectId: string): unknown {
    const value = this.#memory.get(projectId);
    // What is given out may be changed in its place.
    this.#known.set(projectId, structuredClone(value));
    return value;
  }

  set(projectId: string, mine: unknown): void {
    const base = this.#known.get(projectId);
    this.#memory.set(projectId, this.#merge(base, mine, this.#memory.get(projectId)));
    this.#known.set(projectId, structuredClone(mine));
  }

  /** Of projects of which it was told nothing yet: what is remembered now. */
  untold(projectIds: ReadonlySet<string>): ReadonlyMap<string, unknown> {
    const untold = [...projectIds].filter((id) => !this.#known.has(id));
    return new Map(untold.map((id) => [id, this.get(id)]));
  }

  /** It is to be told all of it again. */
  forget(): void {
    this.#known = new Map();
  }
}
