import type { CliContext } from '../../catalogue/cli-context.js';
import { resolveWindow } from '../../config/settings/window.js';
import { ExportError } from '../../errors/export-error.js';
import { type DeliveryOptions, runCommand } from '../run-command.js';

export interface BackfillOptions extends DeliveryOptions {
  readonly wait: boolean;
}

/** Delivers a range of days once more, and leaves the state as it is. */
export function backfill(options: BackfillOptions, context: CliContext): Promise<number> {
  return runCommand(
    options,
    {
      checkpoints: { use: 'leave', wait: options.wait },
      window: (job, now) => {
        const { since, until, month, yesterday } = options;
        if (month === undefined && !yesterday && (since === undefined || until === undefined)) {
          throw new ExportError('USAGE', 'backfill needs a range: --since and --until.', {
            kind: 'config',
            hint: 'Or name it: --month 2026-10, --month last, or --yesterday.',
          });
        }
        return resolveWindow(job.window, now);
      },
    },
    context,
  );
}
