import type { Day } from '../../time/day.js';
import type { CheckpointKey } from '../checkpoints.js';
import type { AskReceiver, JournalPartition } from './append-partition.js';

/** One partition in one sink. */
export interface JournalKey extends CheckpointKey {
  /** The day, or null for a snapshot. */
  readonly day: Day | null;
}

/** Which records each append sink has: what is written twice is there twice, so every record must leave once. */
export interface AppendJournal {
  /**
   * Opens a partition until it is closed. Where a process died or a delivery failed half-way, `ask` is called with
   * the keys of the records that were on their way, and answers which of them the receiver has; the others count
   * as not delivered. When it throws, the doubt stays.
   *
   * @throws ExportError `STATE_REFUSED` for what is damaged
   */
  open(key: JournalKey, ask: AskReceiver): Promise<JournalPartition>;
  /**
   * Forgets a partition that will not be read again; harmless where nothing is known of it. To be called when the
   * state says on the disk that the day is closed, not before: else a crash in between would deliver it again.
   */
  forget(key: JournalKey): Promise<void>;
  /** Forgets everything of a sink, because it now delivers elsewhere. */
  forgetSink(sink: string): Promise<void>;
  /** Keeps partitions that are damaged elsewhere, as if they were lost. Answers with where they are now. */
  setDamagedAside(nowMs: number): Promise<readonly string[]>;
}

/**
 * The journal of a run, held against its checkpoints: where it knows of fewer records of a partition than were sent, a
 * part of it was lost, or it is an older copy.
 *
 * @param sent records that a partition is known to have got; infinite where that is not known
 */
export function checkedJournal(journal: AppendJournal, sent: (key: JournalKey) => number): AppendJournal {
  return {
    ...journal,
    open: async (key, ask) => {
      const partition = await journal.open(key, ask);
      return { ...partition, missing: Math.max(0, sent(key) - partition.known) };
    },
  };
}
