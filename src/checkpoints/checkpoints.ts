import type { Project } from '../streams/partition.js';
import type { Day } from '../time/day.js';

/** One stream of one project in one sink, of the source that the checkpoints belong to. */
export interface CheckpointKey {
  readonly sink: string;
  readonly stream: string;
  readonly projectId: string;
}

/** Why a day is read for a sink. */
export type DueReason =
  | { readonly why: 'new' }
  | { readonly why: 'lookback' }
  | { readonly why: 'lost' }
  | { readonly why: 'open'; readonly unsettled: number }
  | { readonly why: 'window' }
  | { readonly why: 'snapshot' };

/** As much of a sink as checkpoints need. */
export interface CheckpointedSink {
  readonly name: string;
  /** True where what is written twice is there twice. */
  readonly appends: boolean;
  /** True where its destination is known to hold nothing. */
  isEmpty(): Promise<boolean>;
}

/** What a reading found in a day. */
export interface DayReading {
  readonly readAtMs: number;
  readonly records: number;
  /** Records that may still change. */
  readonly unsettled: number;
  /** True where it can never be read again. */
  readonly isFinal: boolean;
  /** Sums of the fields that the stream names for it, such as `{ cost_usd: 12.5, audio_seconds: 3600 }`. */
  readonly sums: Readonly<Record<string, number>>;
}

/** What is remembered of a day's last reading, whichever sinks it went to. */
export type LastReading = Pick<DayReading, 'readAtMs' | 'records' | 'sums'>;

/** What planning asks: reads and changes nothing. */
export interface CheckpointView {
  /** False where the next run will know nothing of this one. */
  readonly remembers: boolean;
  /** The first day that a sink got or lost. */
  firstDay(key: CheckpointKey): Day | undefined;
  /** Why a sink lacks this day; undefined where it does not. */
  dueReason(key: CheckpointKey, day: Day): DueReason | undefined;
  /**
   * True where the sink has the day of a later reading than this moment (milliseconds since the epoch). Left out where
   * sources give only what is now.
   */
  isNewerThan?(key: CheckpointKey, day: Day, thanMs: number): boolean;
}

/** Which days each sink has, and so which it lacks. Sinks are known by their names. */
export interface Checkpoints extends CheckpointView {
  /** Called once, when the projects are known and before anything is planned; throws what makes a run pointless. */
  startRun(projects: readonly Project[], sinks: readonly CheckpointedSink[]): Promise<void>;
  /** True where this run's reading of a day is the last one, whatever it finds. */
  isLastReading(day: Day): boolean;
  /** A sink has confirmed a day. */
  delivered(key: CheckpointKey, day: Day, reading: DayReading): void;
  /**
   * Days that a sink should have got and that can no longer be read. Answers with those that are lost to it and were
   * not known to be.
   */
  markLost(key: CheckpointKey, days: readonly Day[]): readonly Day[];
  /** The last delivered reading of a day; undefined where none is remembered. Left out where nothing is. */
  lastReading?(stream: string, projectId: string, day: Day): Promise<LastReading | undefined>;
}

/** Without a state only the window counts: every sink lacks all of it. */
export const windowOnly: Checkpoints = {
  remembers: false,
  startRun: async () => {},
  firstDay: () => undefined,
  dueReason: () => ({ why: 'window' }),
  isLastReading: () => false,
  delivered: () => {},
  markLost: (_key, days) => days,
};
