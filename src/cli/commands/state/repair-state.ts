import type { CliContext } from '../../../catalogue/cli-context.js';
import { ExportError } from '../../../errors/export-error.js';
import { counted } from '../../../text/text-table.js';
import { type Kept, withStores } from '../../checkpoint-session.js';
import { type JobOptions, jobFor } from '../../options/job-options.js';
import { type LogOptions, logFor } from '../../options/log-options.js';
import { placeText } from '../../place-text.js';

export interface RepairStateOptions extends LogOptions, Pick<JobOptions, 'config' | 'envFile'> {
  readonly wait: boolean;
}

/**
 * Sets aside what cannot be used: the state, or what is damaged of the record of deliveries. Nothing that somebody may
 * still want is deleted, and what is whole is left alone.
 */
export async function repairState(
  { wait, ...options }: RepairStateOptions,
  context: CliContext,
): Promise<number> {
  const job = await jobFor(options, context);
  const log = logFor(options, context);
  return withStores(job, log, context, async (all) => {
    const { clock, signal } = context;
    for (const kept of all) {
      const lock = await kept.store.lock({ clock, signal, log, wait });
      try {
        await repair(kept, context);
      } finally {
        await lock.release();
      }
    }
    return 0;
  });
}

async function repair({ store, place }: Kept, context: CliContext): Promise<void> {
  const { clock, screen } = context;
  const found = await store.load().catch((error) => {
    // What only cannot be read, for its rights or its path, may well be whole.
    if (error instanceof ExportError && error.code === 'STATE_REFUSED') return 'damaged' as const;
    throw error;
  });
  if (found !== 'damaged') {
    const aside = await store.journal.setDamagedAside(clock.now());
    const partitions = counted(aside.length, 'partition');
    screen.text(
      aside.length > 0
        ? `The record of deliveries of ${partitions} was damaged, and set aside. What is sent again of them is said by the next sync.\n`
        : found === undefined
          ? `There is no state in ${place}; nothing to repair.\n`
          : `The state in ${place} is healthy; nothing to repair. To have a sink begin anew: deepgram-export state forget SINK.\n`,
    );
    return;
  }
  const aside = await store.setAside(clock.now());
  screen.text(
    aside === undefined
      ? `There is no state in ${place}; nothing to repair.\n`
      : `The state was set aside as ${placeText(aside, context)}. The next sync begins anew: it delivers the whole window, also to sinks that only append, which then have it twice.\n`,
  );
}
