import type { CliContext } from '../../../catalogue/cli-context.js';
import type { CheckpointStore } from '../../../checkpoints/checkpoint-store.js';
import { CheckpointTable } from '../../../checkpoints/checkpoint-table.js';
import type { Job } from '../../../config/job.js';
import { suggestion } from '../../../config/mistakes/suggestion.js';
import { ExportError } from '../../../errors/export-error.js';
import { timestampAt } from '../../../time/timestamp.js';
import { withStore } from '../../checkpoint-session.js';
import { type JobOptions, jobFor } from '../../options/job-options.js';
import { type LogOptions, logFor } from '../../options/log-options.js';

export interface ForgetSinksOptions extends LogOptions, Pick<JobOptions, 'config' | 'envFile'> {
  readonly wait: boolean;
  /** Their names. */
  readonly sink: readonly string[];
}

/** Forgets what is remembered of sinks, so that the next run delivers the whole window to them again. */
export async function forgetSinks(
  { wait, sink: names, ...options }: ForgetSinksOptions,
  context: CliContext,
): Promise<number> {
  const job = await jobFor(options, context);
  const log = logFor(options, context);
  return withStore(job, log, context, async (store, place) => {
    const { clock, signal } = context;
    const lock = await store.lock({ clock, signal, log, wait });
    try {
      return await forget(names, { job, store, place }, context);
    } finally {
      await lock.release();
    }
  });
}

async function forget(
  names: readonly string[],
  { job, store, place }: { readonly job: Job; readonly store: CheckpointStore; readonly place: string },
  { clock, screen }: CliContext,
): Promise<number> {
  const document = await store.load();
  const table = new CheckpointTable(document, job.source.type);
  const known = [...new Set([...table.sinkNames(), ...job.sinks.map(({ name }) => name)])];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownSink(unknown, known, place);
  if (document === undefined) {
    screen.text(`There is no state in ${place} yet; nothing to forget.\n`);
    return 0;
  }
  for (const name of names) table.forgetSink(name);
  // The state first: where a kill comes between, the next run forgets the rest when it begins the sink anew.
  await store.save(table.document(timestampAt(clock.now())));
  for (const name of names) await store.journal.forgetSink(name);
  screen.text(
    `The state in ${place} knows nothing of ${names.join(', ')} any more. The next sync delivers the whole window there again.\n`,
  );
  return 0;
}

function unknownSink(name: string, known: readonly string[], place: string): ExportError {
  const message = `There is no sink ${JSON.stringify(name)} in the state in ${place} or in the configuration${suggestion(name, known)}.`;
  return new ExportError('USAGE', message, {
    kind: 'config',
    hint: `They have ${known.join(', ')}. Nothing was forgotten.`,
  });
}
