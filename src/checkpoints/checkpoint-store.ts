import type { PartitionCheckpoint } from '../catalogue/partition-checkpoint.js';
import type { LockOptions, StateLock } from '../catalogue/state-lock.js';
import type { GivenUp } from '../catalogue/state-type.js';
import type { Day } from '../time/day.js';
import type { KeptChanges, TableChanges, TablePlace } from './checkpoint-table.js';
import type { CheckpointKey, LastReading } from './checkpoints.js';
import type { KnownDays, StateDocument } from './file/state-document.js';
import type { AppendJournal } from './journal/append-journal.js';
import type { DaysOfSinks, Versions } from './shared/merge-days.js';

/** Where checkpoints are kept between runs. */
export interface CheckpointStore {
  /** As users know it: the absolute path of the file, or words. */
  readonly place: string;
  /** One run at a time may change what is kept. */
  lock(options: LockOptions): Promise<StateLock>;
  /** @throws ExportError `STATE_REFUSED` for what cannot be used; it stays as it is. */
  load(): Promise<StateDocument | undefined>;
  /** Replaces what is kept, whole or not at all. The document may change when the call has returned. */
  save(document: StateDocument): Promise<void>;
  /** What append sinks have of days that are not closed. */
  readonly journal: AppendJournal;
  readonly readings: ReadingStore;
  readonly memory: MemoryStore;
  /** For processes that share it, under a lock that was taken so. Left out where it cannot be shared. */
  readonly shared?: SharedStore;
  /** Keeps all of it elsewhere, so that the next run begins anew. Answers with where; undefined where there is none. */
  setAside(nowMs: number): Promise<string | undefined>;
  /** Tries what a run needs beside reading it, and leaves nothing behind. Left out where there is nothing to try. */
  check?(signal: AbortSignal): Promise<void>;
  /** What workers that share it have given up. Left out where there are none. */
  givenUp?(): Promise<readonly GivenUp[]>;
  /** Frees what was opened; the lock is given back before. Left out where there is nothing to free. */
  dispose?(): Promise<void>;
}

/**
 * What processes that share checkpoints do in place of saving what they have in memory: each puts what it has changed into
 * what is there, one after the other, so that nothing of the others is lost.
 */
export interface SharedStore {
  /** Brings what older versions kept into the form that is shared. To be called alone, before {@link CheckpointStore.load}. */
  begin(): Promise<void>;
  /** All of it or nothing. Answers with what is kept now. */
  save(changes: SharedChanges): Promise<KeptChanges>;
  /** What {@link save} will come to for one day that a sink is about to commit. Left out where no sink can write it. */
  checkpoint?(committed: CommittedDay): PartitionCheckpoint;
  /** What is kept now of a stream and project. */
  read(place: TablePlace): Promise<DaysOfSinks>;
  /** The last readings of a project and day, by stream. */
  readings(day: Day, source: string, projectId: string): Promise<ReadonlyMap<string, LastReading>>;
  /** What is remembered of a project now; JSON, undefined where there is nothing. */
  memory(source: string, projectId: string): Promise<unknown>;
  saveMemory(source: string, changes: readonly MemoryChange[], merge: MergeMemory): Promise<void>;
  /** Takes a name among them; see `SharedRows`. */
  claim(name: string): Promise<(() => Promise<void>) | undefined>;
}

/** What one process has changed. */
export interface SharedChanges {
  readonly table: TableChanges;
  readonly readings: readonly ReadingsChange[];
  readonly updatedAt: string;
}

/** A day, or a snapshot (null), that a sink is about to commit. */
export interface CommittedDay {
  readonly source: string;
  readonly key: CheckpointKey;
  readonly day: Day | null;
  /** What the sink has then, as far as this process knows. */
  readonly days: KnownDays;
  /** Undefined where none is kept. */
  readonly reading: Omit<LastReading, 'sameSinceMs'> | undefined;
  readonly updatedAt: string;
}

/** Readings of one project and day. */
export interface ReadingsChange {
  readonly day: Day;
  readonly source: string;
  readonly projectId: string;
  /** Those that were changed, by stream. */
  readonly streams: ReadonlyMap<string, LastReading>;
}

/** What a process has come to remember of a project; JSON, undefined where there is nothing. */
export interface MemoryChange extends Omit<Versions<unknown>, 'theirs'> {
  readonly projectId: string;
}

/** Puts together what two processes remember of a project. Pure. */
export type MergeMemory = (versions: Versions<unknown>) => unknown;

/** What sources remember, by source and project id: JSON of theirs. */
export type RememberedBySource = Map<string, Map<string, unknown>>;

/** Where sources keep what they remember: beside the checkpoints, and not as precious as these. */
export interface MemoryStore {
  /** @throws where it is damaged or cannot be read */
  load(): Promise<RememberedBySource>;
  /** Replaces it, whole or not at all. */
  save(remembered: RememberedBySource): Promise<void>;
}

/** A day's last readings by source, stream and project id. */
export type ReadingsOfDay = Map<string, Map<string, Map<string, LastReading>>>;

/** Where the last readings of days are kept: beside the checkpoints, and not as precious as these. */
export interface ReadingStore {
  /** @throws ExportError where they are damaged or cannot be read */
  load(day: Day): Promise<ReadingsOfDay>;
  /** Replaces those of a day, whole or not at all. They may change when the call has returned. */
  save(day: Day, readings: ReadingsOfDay): Promise<void>;
  /** Forgets the days before this one. */
  dropBefore(day: Day): Promise<void>;
}
