import type { Job, JobSink } from '../../../src/config/job.js';
import type { Log } from '../../../src/log/log.js';
import type { Clock } from '../../../src/time/clock.js';

/** What a store is opened with, beside the settings of its sink. */
export interface StoreContext {
  readonly sink: Pick<JobSink, 'name' | 'streams' | 'outputPaths'>;
  /** Relative paths of certificates start here. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Job['env'];
}
