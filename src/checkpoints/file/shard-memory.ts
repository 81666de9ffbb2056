import { inner } from '../by-name.js';
import type { MemoryStore, MergeMemory, RememberedBySource, SharedStore } from '../checkpoint-store.js';

/** What shards remember that have a file each: all of it is read, and each one writes its own. */
export function shardMemory(
  own: MemoryStore,
  others: readonly MemoryStore[],
  merge: MergeMemory,
): Pick<MemoryStore, 'load'> & Pick<SharedStore, 'saveMemory'> {
  return {
    load: async () => {
      const all: RememberedBySource = await own.load();
      for (const other of others) {
        // One that is damaged is told of by the shard whose it is.
        const found: RememberedBySource = await other.load().catch(() => new Map());
        for (const [source, projects] of found)
          for (const [projectId, theirs] of projects) {
            const known = inner(all, source);
            const mine = known.get(projectId);
            known.set(projectId, mine === undefined ? theirs : merge({ base: undefined, mine, theirs }));
          }
      }
      return all;
    },
    saveMemory: async (source, changes, mergeChanges) => {
      const remembered = await own.load().catch((): RememberedBySource => new Map());
      const projects = inner(remembered, source);
      for (const { projectId, base, mine } of changes) {
        const theirs = projects.get(projectId);
        projects.set(projectId, theirs === undefined ? mine : mergeChanges({ base, mine, theirs }));
      }
      await own.save(remembered);
    },
  };
}
