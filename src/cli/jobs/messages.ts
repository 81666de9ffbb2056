import type { HeldPartition, RunSoFar } from '../../catalogue/sink.js';
import type {
  CheckpointKey,
  DayReading,
  KeptBackReading,
  LastReading,
} from '../../checkpoints/checkpoints.js';
import type { AcceptLess } from '../../deliver/accept-less.js';
import type { PartResult } from '../../deliver/part-result.js';
import type { ReadingOfRun } from '../../deliver/readings-of-run.js';
import type { Failure } from '../../errors/export-error.js';
import type { LogFields } from '../../log/log.js';
import type { Task } from '../../plan/task.js';
import type { Day } from '../../time/day.js';
import type { Window } from '../../time/window.js';
import type { JobOptions } from '../options/job-options.js';
import type { LogOptions } from '../options/log-options.js';

/** What a process is to know before its first tasks. Secrets are not in it: it reads the configuration by itself. */
export interface Order {
  readonly options: JobOptions & Partial<LogOptions>;
  readonly window: Window;
  readonly acceptLess: AcceptLess;
  readonly dryRun: boolean;
  /** False where nothing is remembered. */
  readonly remembers: boolean;
  /** Of how many it is one. */
  readonly processes: number;
}

/** What is known of a partition that a process is to deliver. */
export interface KnownPartition {
  readonly stream: string;
  readonly projectId: string;
  readonly day: Day;
  readonly last: LastReading | undefined;
  /** When that was read which a sink has of it, by the sink's name. */
  readonly givenAtMs: Readonly<Record<string, number>>;
}

/** Tasks that go together, and what the process must know to carry them out. */
export interface GroupOfTasks {
  readonly id: number;
  readonly tasks: readonly Task[];
  readonly known: readonly KnownPartition[];
  /** What the source remembers of the projects, by their ids. */
  readonly memory: ReadonlyMap<string, unknown>;
}

export type ToProcess =
  | { readonly kind: 'begin'; readonly order: Order }
  | { readonly kind: 'group'; readonly group: GroupOfTasks }
  /** What was kept of answers is let go: others have learned more of the projects. */
  | { readonly kind: 'anew' }
  | { readonly kind: 'finish'; readonly soFar: RunSoFar }
  | { readonly kind: 'interrupt'; readonly reason: Failure };

export type FromProcess =
  /** It takes so many groups at once. */
  | { readonly kind: 'ready'; readonly places: number }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  | {
      readonly kind: 'delivered';
      readonly key: CheckpointKey;
      readonly day: Day | null;
      readonly reading: DayReading;
    }
  | {
      readonly kind: 'differs';
      readonly stream: string;
      readonly projectId: string;
      readonly day: Day;
      readonly before: LastReading;
    }
  | {
      readonly kind: 'kept-back';
      readonly stream: string;
      readonly projectId: string;
      readonly day: Day;
      readonly before: HeldPartition;
      readonly less: KeptBackReading;
    }
  | {
      readonly kind: 'progress';
      readonly id: number;
      readonly records: number;
      readonly partitions: number;
      readonly calls: number;
    }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly part: PartResult;
      readonly readings: readonly ReadingOfRun[];
      readonly memory: ReadonlyMap<string, unknown>;
    }
  | { readonly kind: 'finished'; readonly parts: readonly PartResult[] }
  /** It cannot go on. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly stack: string };

type LogLevel = 'debug' | 'info' | 'warn' | 'note' | 'error';
