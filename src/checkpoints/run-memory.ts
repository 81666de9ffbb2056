import { isDeepStrictEqual } from 'node:util';
import type { SourceMemory } from '../catalogue/source-type.js';
import { failureOf } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import { inner } from './by-name.js';
import type { MemoryStore, MergeMemory, RememberedBySource, SharedStore } from './checkpoint-store.js';

/** What one source remembers, in a run; {@link save} keeps it. */
export interface RunMemory extends SourceMemory {
  /** A failure is only told: what is remembered may lag behind. */
  save(): Promise<void>;
  /** Looks at what others have come to remember of a project. Left out where no other process remembers anything. */
  refresh?(projectId: string): Promise<void>;
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
  const remembered = await loaded(store, log);
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
        (error) => notKept(error, log),
      );
    },
  };
}

/** Where several processes remember at once: only what was changed is put to what there is. */
export async function sharedMemory(
  store: Pick<MemoryStore, 'load'>,
  shared: Pick<SharedStore, 'saveMemory'> & Partial<Pick<SharedStore, 'memory'>>,
  source: string,
  merge: MergeMemory,
  log: Log,
): Promise<RunMemory> {
  const projects = inner(await loaded(store, log), source);
  /** As it was when all knew the same, as text: what is given out may be changed in its place. */
  const bases = new Map<string, string | undefined>();
  const changed = new Set<string>();
  const noteBase = (projectId: string) => {
    if (!bases.has(projectId)) bases.set(projectId, textOf(projects.get(projectId)));
  };
  return {
    get: (projectId) => {
      noteBase(projectId);
      return projects.get(projectId);
    },
    set: (projectId, value) => {
      noteBase(projectId);
      projects.set(projectId, value);
      changed.add(projectId);
    },
    refresh: async (projectId) => {
      // What is not kept yet goes on from what was known, and is put to what the others know.
      if (shared.memory === undefined || changed.has(projectId)) return;
      const kept = await shared.memory(source, projectId);
      projects.set(projectId, kept);
      bases.set(projectId, textOf(kept));
    },
    save: async () => {
      if (changed.size === 0) return;
      const changes = [...changed].flatMap((projectId) => {
        const text = textOf(projects.get(projectId));
        const change = { projectId, base: jsonOf(bases.get(projectId)), mine: jsonOf(text), text };
        // Set again as it was, the order of its parts aside.
        return isDeepStrictEqual(change.base, change.mine) ? [] : [change];
      });
      changed.clear();
      if (changes.length === 0) return;
      await shared.saveMemory(source, changes, merge).then(
        () => {
          for (const { projectId, text } of changes) bases.set(projectId, text);
        },
        (error) => {
          for (const { projectId } of changes) changed.add(projectId);
          notKept(error, log);
        },
      );
    },
  };
}

function loaded(store: Pick<MemoryStore, 'load'>, log: Log): Promise<RememberedBySource> {
  return store.load().catch((error) => {
    log.warn(
      `What was remembered of earlier runs cannot be used, and is begun anew: ${failureOf(error).message} ` +
        'Days that are read again carry the names of today.',
    );
    return new Map();
  });
}

function notKept(error: unknown, log: Log): void {
  log.warn(`What is remembered could not be kept: ${failureOf(error).message}`);
}

/** Undefined for nothing, as JSON has it. */
function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function jsonOf(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
