import type { PartitionCheckpoint } from '../catalogue/partition-checkpoint.js';
import type { HeldPartition } from '../catalogue/sink.js';
import type { DayVersions } from '../catalogue/source.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import type { Window } from '../time/window.js';

/** One stream of one project in one sink, of the source that the checkpoints belong to. */
export interface CheckpointKey {
  readonly sink: string;
  readonly stream: string;
  readonly projectId: string;
}

/** Why a day, or a snapshot, is read for a sink. */
export type DueReason =
  | { readonly why: 'new' }
  /** The sink had it, and has it no more. */
  | { readonly why: 'missing' }
  | { readonly why: 'lookback' }
  /** The source says of the whole day something else than when it was read. */
  | { readonly why: 'changed' }
  /** The reading before gave less than what is delivered, and was kept back. */
  | { readonly why: 'kept-back' }
  | { readonly why: 'lost' }
  /** Something that it is made of is read. */
  | { readonly why: 'inputs' }
  | { readonly why: 'open'; readonly unsettled: number }
  | { readonly why: 'window' }
  | { readonly why: 'snapshot' };

/** Why a day, or a snapshot, is not read for a sink. */
export interface RestReason {
  /**
   * - `closed`: it is delivered, and older than the lookback;
   * - `unchanged`: nothing suggests that it has changed since it was read, and that is not long ago;
   * - `kept-back`: it was read within the hour, and gave less than what is delivered.
   */
  readonly rests: 'closed' | 'unchanged' | 'kept-back';
}

/** As much of a sink as checkpoints need. */
export interface CheckpointedSink {
  readonly name: string;
  /** True where what is written twice is there twice. */
  readonly appends: boolean;
  /** True where its destination is known to hold nothing. */
  isEmpty(): Promise<boolean>;
  wants(stream: Stream): boolean;
  /** What it holds of these partitions; undefined where that cannot be told, or is not to be asked. */
  held(
    stream: Stream,
    project: Project,
    days: readonly (Day | null)[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Day | null, HeldPartition> | undefined>;
}

/** What a reading found in a day. */
export interface DayReading {
  readonly readAtMs: number;
  readonly records: number;
  /** Records that may still change. */
  readonly unsettled: number;
  /** True where some of it could not be understood or looked up: such a day is not closed by it. */
  readonly isPartial: boolean;
  /** True where records that count as settled may still turn out otherwise. */
  readonly isUnresolved: boolean;
  /** True where it can never be read again. */
  readonly isFinal: boolean;
  /** Sums of the fields that the stream names for it, such as `{ cost_usd: 12.5, audio_seconds: 3600 }`. */
  readonly sums: Readonly<Record<string, number>>;
  /**
   * By the name of each sum how many records have a value of it, and by the name of each count of the stream how many
   * records are of that kind.
   */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

/** What is remembered of a day's last delivered reading, whichever sinks it went to. */
export interface LastReading extends Pick<DayReading, 'readAtMs' | 'records' | 'sums' | 'counts'> {
  /** The first moment since which every reading has found the same: a sink with any of these has what the last one found. */
  readonly sameSinceMs: number;
  /** What the source said of the whole day then, shortened; undefined where it said nothing. */
  readonly version?: string | undefined;
  /** A later reading that gave less, and was kept back. */
  readonly less?: KeptBackReading | undefined;
}

/** A reading that gave less than what is delivered. */
export interface KeptBackReading extends Pick<DayReading, 'records' | 'sums'> {
  /** When it was read first so, and last; milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly readAtMs: number;
  /** The UTC day on which the user was last told. */
  readonly toldOn: Day;
}

/** What a run begins with. */
export interface RunStart {
  readonly projects: readonly Project[];
  readonly streams: readonly Stream[];
  readonly sinks: readonly CheckpointedSink[];
  readonly window: Window;
  readonly versions: DayVersions;
  /** True for a day that may be replaced by less than what is delivered, and so does not rest for that. Default: none may. */
  acceptsLess?(stream: Stream, day: Day): boolean;
  readonly signal: AbortSignal;
}

/** What planning asks: reads and changes nothing. */
export interface CheckpointView {
  /** False where the next run will know nothing of this one. */
  readonly remembers: boolean;
  /** Where ordinary runs have begun to read for a sink; undefined where there was none. */
  firstDay(key: CheckpointKey): Day | undefined;
  /** True where this run's reading of a day is the last one, whatever it finds. */
  isLastReading(day: Day): boolean;
  /** Days that a sink has and that may still change, in order. */
  openDays(key: CheckpointKey): readonly Day[];
  /**
   * When that was read which a sink has of a day that is open, in milliseconds since the epoch; undefined where it has
   * none. Left out where nothing is remembered.
   */
  givenAtMs?(key: CheckpointKey, day: Day): number | undefined;
  /** Why a sink is to get this day of a stream (null is its snapshot), or why not. */
  dueReason(key: CheckpointKey, day: Day | null, stream: Stream): DueReason | RestReason;
  /**
   * True where the sink has the day of a later reading than this moment (milliseconds since the epoch). Left out where
   * sources give only what is now.
   */
  isNewerThan?(key: CheckpointKey, day: Day, thanMs: number): boolean;
}

/** Which days each sink has, and so which it lacks. Sinks are known by their names. */
export interface Checkpoints extends CheckpointView {
  /** Called once, when the projects are known and before anything is planned; throws what makes a run pointless. */
  startRun(run: RunStart): Promise<void>;
  /**
   * In place of {@link startRun} where another process has done that, and planned what this one does. Left out where no
   * other process delivers.
   */
  joinRun?(run: Pick<RunStart, 'sinks' | 'window' | 'versions' | 'acceptsLess'>): void;
  /**
   * What is kept when a sink that replaces has this reading of a day, or a snapshot, for such as can keep it with the partition
   * itself; {@link delivered} follows. Left out where nothing can be kept so.
   */
  checkpoint?(key: CheckpointKey, day: Day | null, reading: DayReading): PartitionCheckpoint | undefined;
  /** A sink has confirmed a day, or a snapshot. */
  delivered(key: CheckpointKey, day: Day | null, reading: DayReading): void;
  /**
   * Days that a sink should have got and that can no longer be read. Answers with those that are lost to it and were
   * not known to be.
   */
  markLost(key: CheckpointKey, days: readonly Day[]): readonly Day[];
  /**
   * Takes a partition of an append sink for this process, among those that share the checkpoints, until what is delivered is
   * kept, or {@link release} is called. Left out where no other process delivers.
   * - `taken`: nobody else delivers it, and what the sink has of it is known;
   * - `elsewhere`: another process is delivering it;
   * - `closed`: by now the sink has got all of it.
   */
  claim?(key: CheckpointKey, day: Day | null): Promise<'taken' | 'elsewhere' | 'closed'>;
  /** Gives back what was taken and was not delivered. Left out likewise. */
  release?(key: CheckpointKey, day: Day | null): Promise<void>;
  /** Looks at what others that share the checkpoints have delivered of a stream and project. Left out likewise. */
  refresh?(stream: string, projectId: string): Promise<void>;
  /** Ids of the projects of which a day may rest. Left out where none may. */
  knownProjects?(): ReadonlySet<string>;
  /** The last delivered reading of a day; undefined where none is remembered. Left out where nothing is. */
  lastReading?(stream: string, projectId: string, day: Day): Promise<LastReading | undefined>;
  /**
   * A reading that differs from `before`, the last one, is about to be committed: where a sink of this run has the day
   * closed, it is open until it gets it. Left out where nothing is remembered.
   */
  differs?(stream: string, projectId: string, day: Day, before: LastReading): void;
  /** A reading gave less than `before`, and no sink got it. Left out where nothing is remembered. */
  keptBack?(stream: string, projectId: string, day: Day, before: HeldPartition, less: KeptBackReading): void;
}

/** Without a state only the window counts: every sink lacks all of it. */
export const windowOnly: Checkpoints = {
  remembers: false,
  startRun: async () => {},
  firstDay: () => undefined,
  openDays: () => [],
  dueReason: (_key, day) => ({ why: day === null ? 'snapshot' : 'window' }),
  isLastReading: () => false,
  delivered: () => {},
  markLost: (_key, days) => days,
};
