import { failureOf } from '../../errors/export-error.js';
import type { Log } from '../../log/log.js';
import type { Day } from '../../time/day.js';
import { inner } from '../by-name.js';
import type { ReadingStore, ReadingsChange, SharedStore } from '../checkpoint-store.js';
import type { LastReading } from '../checkpoints.js';
import { type LastReadings, lastReadings, oldestKept, sameSince } from '../last-readings.js';

/** Last readings of which only what was changed is put to what there is. */
export interface SharedReadings extends LastReadings {
  /** What was set since it was taken last; {@link kept} or {@link putBack} follows. */
  takeChanges(): Promise<readonly ReadingsChange[]>;
  /** Those are not kept: they are to be taken again. */
  putBack(changes: readonly ReadingsChange[]): void;
  /** They are kept: what others change is seen by what is asked from now on. */
  kept(): void;
  /** What others have changed of a project is seen by what is asked from now on. */
  refresh(projectId: string): void;
  /** Forgets what is too old. */
  tidy(): Promise<void>;
}

/** By the day and project: so little is loaded and saved that it can be done with every task of many processes. */
export function sharedReadings(
  store: ReadingStore,
  shared: SharedStore,
  source: string,
  nowMs: number,
  log: Log,
): SharedReadings {
  const byDay = lastReadings(store, source, nowMs, log);
  const oldest = oldestKept(nowMs);
  type Streams = Map<string, LastReading>;
  /** By day and project id. */
  const loaded = new Map<Day, Map<string, Promise<Streams>>>();
  let changed = new Map<Day, Map<string, Set<string>>>();
  const load = (day: Day, projectId: string): Promise<Streams> => {
    const projects = inner(loaded, day);
    const readings =
      projects.get(projectId) ??
      shared.readings(day, source, projectId).then(
        (streams) => new Map(streams),
        (error) => {
          log.warn(`What was read last of ${day} cannot be used: ${failureOf(error).message}`);
          return new Map();
        },
      );
    projects.set(projectId, readings);
    return readings;
  };
  const letGo = (isLetGo: (projectId: string) => boolean) => {
    for (const [day, projects] of loaded)
      for (const projectId of projects.keys())
        if (isLetGo(projectId) && !changed.get(day)?.has(projectId)) projects.delete(projectId);
  };
  return {
    ofDay: byDay.ofDay,
    get: async (stream, projectId, day) =>
      day < oldest ? undefined : (await load(day, projectId)).get(stream),
    set: (stream, projectId, day, reading) => {
      if (day < oldest) return;
      const projects = inner(changed, day);
      projects.set(projectId, (projects.get(projectId) ?? new Set()).add(stream));
      void load(day, projectId).then((streams) => {
        streams.set(stream, { ...reading, sameSinceMs: sameSince(reading, streams.get(stream)) });
      });
    },
    release: byDay.release,
    takeChanges: async () => {
      const taken = changed;
      changed = new Map();
      const changes: ReadingsChange[] = [];
      for (const [day, projects] of taken)
        for (const [projectId, names] of projects) {
          const streams = await load(day, projectId);
          const ofNames = [...names].flatMap((name) => {
            const last = streams.get(name);
            return last ? [[name, last] as const] : [];
          });
          changes.push({ day, source, projectId, streams: new Map(ofNames) });
        }
      return changes;
    },
    putBack: (changes) => {
      for (const { day, projectId, streams } of changes) {
        const projects = inner(changed, day);
        projects.set(projectId, new Set([...(projects.get(projectId) ?? []), ...streams.keys()]));
      }
    },
    kept: () => letGo(() => true),
    refresh: (projectId) => letGo((one) => one === projectId),
    tidy: () => store.dropBefore(oldest),
  };
}
