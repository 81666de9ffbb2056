/** One run of a recipe. */
export interface Job {
  /** Counts the runs; the first is 1. */
  readonly number: number;
  /** The time at which it runs, in milliseconds since the epoch. */
  readonly now: number;
  /** `deepgram-export.yaml` of the repository that the recipe is in. */
  readonly configuration: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Started by a person, not by the schedule. */
  readonly byHand?: boolean;
  /** Aborted when somebody cancels it. */
  readonly cancelled?: AbortSignal;
}

export interface JobEnded {
  /** Of the last command that failed; 0 where none did. */
  code: number;
  said: string;
  /** Files that it handed out, by their path. */
  readonly artifacts: Record<string, string>;
  /** What the action has put out. Undefined where there is none. */
  outputs?: Readonly<Record<string, string>>;
}
