import type { Task } from '../plan/task.js';
import type { CarryOutOptions } from './carry-out.js';
import type { PartResult } from './part-result.js';

/** Other processes that carry out tasks of a run. */
export interface OtherProcesses {
  /** Tasks that go together are carried out by one of them. Failures are in the results. */
  carryOut(tasks: readonly Task[], options: CarryOutOptions): Promise<readonly PartResult[]>;
  /** What they kept of answers about projects is let go, since others have learned more. */
  learnAnew(): void;
  /**
   * Finishes their sinks; called once, after the last task. `parts` is what the run came to so far. Answers with what their
   * sources and sinks say.
   */
  finish(parts: readonly PartResult[]): Promise<readonly PartResult[]>;
}
