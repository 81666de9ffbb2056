import type { SourceMemory } from '../catalogue/source-type.js';
import { failureOf } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import { inner } from './by-name.js';
import type { MemoryStore, RememberedBySource } from './checkpoint-store.js';

/** What one source remembers, in a run; {@link save} keeps it. */
export interface RunMemory extends SourceMemory {
  /** A failure is only told: what is remembered may lag behind. */
  save(): Promise<void>;
}

/** Remembers for as long as it lives. */
export function noMemory(): SourceMemory {
  const values = new Map<string, unknown>();
  return {
    get: (projectId) => values.get(projectId),
    set: (projectId, value) => {
      values.set(projectId, value);
    },
  };
}

/** Loads what a source remembers; where that cannot be used it begins anew. */
export async function runMemory(store: MemoryStore, source: string, log: Log): Promise<RunMemory> {
  const remembered: RememberedBySource = await store.load().catch((error) => {
    log.warn(
      `What was remembered of earlier runs cannot be used, and is begun anew: ${failureOf(error).message} ` +
        'Days that are read again carry the names of today.',
    );
    return new Map();
  });
  const projects = inner(remembered, source);
  let isChanged = false;
  return {
    get: (projectId) => projects.get(projectId),
    set: (projectId, value) => {
      projects.set(projectId, value);
      isChanged = true;
    },
    save: async () => {
      if (!isChanged) return;
      await store.save(remembered).then(
        () => {
          isChanged = false;
        },
        (error) => log.warn(`What is remembered could not be kept: ${failureOf(error).message}`),
      );
    },
  };
}
