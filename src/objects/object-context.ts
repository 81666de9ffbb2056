import type { Log } from '../log/log.js';
import type { Clock } from '../time/clock.js';

/** What whoever opens an object store hands over. */
export interface ObjectContext {
  readonly clock: Clock;
  readonly log: Log;
  /** Where the keys, the region and the endpoint are looked up, as AWS's own programs name them; and proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the program names itself to servers. */
  readonly userAgent: string;
}
