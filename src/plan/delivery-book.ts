import type { DayReading, ReadingReason } from '../checkpoints/day-rules.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Day } from '../time/day.js';

/** Why a partition is read for a sink: it is in the window, or one of the reasons of the state. */
export type Reason = ReadingReason | { readonly why: 'window' } | { readonly why: 'snapshot' };

/** As much of a sink as the book needs. */
export interface KnownSink {
  readonly name: string;
  /** True where what is written twice is there twice. */
  readonly appends: boolean;
  /** True where its destination is known to hold nothing. */
  isEmpty(): Promise<boolean>;
}

/** What each sink has, and so what it lacks. Sinks are known by their names. */
export interface DeliveryBook {
  /** False where the next run will know nothing of this one. */
  readonly remembers: boolean;
  /** Called once, when the projects are known and before anything is planned; throws what makes a run pointless. */
  admit(projects: readonly Project[], sinks: readonly KnownSink[]): Promise<void>;
  /** The first day that a sink got or lost of the stream and project of this partition. */
  firstDay(sink: string, of: Partition): Day | undefined;
  /** Why a sink lacks this day; undefined where it does not. */
  reason(sink: string, partition: Partition): Reason | undefined;
  /**
   * True where a sink has a partition of a later reading than this moment (milliseconds since the epoch). Left out
   * where sources only give what is now.
   */
  hasLater?(sink: string, partition: Partition, thanMs: number): boolean;
  /** True where this run's reading of a partition is the last one, whatever it finds. Left out where none is. */
  isLastReading?(partition: Partition): boolean;
  /** A sink has confirmed a partition. */
  delivered(sink: string, partition: Partition, reading: DayReading): void;
  /**
   * Days that a sink should have got and that can no longer be read. Answers with those that are lost to it and were
   * not known to be.
   */
  gone(sink: string, of: Partition, days: readonly Day[]): readonly Day[];
}

/** Without a state only the window counts: every sink lacks all of it. */
export const windowOnly: DeliveryBook = {
  remembers: false,
  admit: async () => {},
  firstDay: () => undefined,
  reason: () => ({ why: 'window' }),
  delivered: () => {},
  gone: (_sink, _of, days) => days,
};
