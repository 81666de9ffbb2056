import { resolveWindow } from '../../config/window.js';
import { ExportError } from '../../errors/export-error.js';
import { type DeliveryOptions, deliver } from '../delivery-run.js';
import { openSource } from '../open-job.js';
import type { Surroundings } from '../surroundings.js';

export interface BackfillOptions extends DeliveryOptions {
  readonly wait: boolean;
}

/** Delivers a range of days once more, and leaves the state as it is. */
export function backfill(options: BackfillOptions, surroundings: Surroundings): Promise<number> {
  return deliver(
    options,
    {
      state: { use: 'leave', fullRefresh: false, wait: options.wait },
      window: (job, now) => {
        if (options.since === undefined || options.until === undefined) {
          throw new ExportError('USAGE', 'backfill needs a range: --since and --until.', { kind: 'config' });
        }
        return resolveWindow(job.window, now);
      },
      openSource: (job, window, log) => openSource(job, window, log, surroundings),
    },
    surroundings,
  );
}
