import type { CliContext } from '../../../catalogue/cli-context.js';
import { CheckpointTable } from '../../../checkpoints/checkpoint-table.js';
import type { Job } from '../../../config/job.js';
import { suggestion } from '../../../config/mistakes/suggestion.js';
import { ExportError } from '../../../errors/export-error.js';
import { timestampAt } from '../../../time/timestamp.js';
import { type Kept, withStores } from '../../checkpoint-session.js';
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
  return withStores(job, log, context, async (all) => {
    const { clock, signal } = context;
    await refuseUnknown(names, job, all);
    for (const kept of all) {
      const lock = await kept.store.lock({ clock, signal, log, wait });
      try {
        await forget(names, job, kept, context);
      } finally {
        await lock.release();
      }
    }
    return 0;
  });
}

async function refuseUnknown(
  names: readonly string[],
  job: Job,
  all: readonly [Kept, ...Kept[]],
): Promise<void> {
  const documents = await Promise.all(all.map(({ store }) => store.load()));
  const kept = documents.flatMap((document) => [...(document?.sinks.keys() ?? [])]);
  const known = [...new Set([...kept, ...job.sinks.map(({ name }) => name)])];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownSink(unknown, known, all[0].place);
}

async function forget(
  names: readonly string[],
  job: Job,
  { store, place }: Kept,
  { clock, screen }: CliContext,
): Promise<void> {
  const document = await store.load();
  if (document === undefined) {
    screen.text(`There is no state in ${place} yet; nothing to forget.\n`);
    return;
  }
  const table = new CheckpointTable(document, job.source.type);
  for (const name of names) table.forgetSink(name);
  // The state first: where a kill comes between, the next run forgets the rest when it begins the sink anew.
  await store.save(table.document(timestampAt(clock.now())));
  for (const name of names) await store.journal.forgetSink(name);
  screen.text(
    `The state in ${place} knows nothing of ${names.join(', ')} any more. The next sync delivers the whole window there again.\n`,
  );
}

function unknownSink(name: string, known: readonly string[], place: string): ExportError {
  const message = `There is no sink ${JSON.stringify(name)} in the state in ${place} or in the configuration${suggestion(name, known)}.`;
  return new ExportError('USAGE', message, {
    kind: 'config',
    hint: `They have ${known.join(', ')}. Nothing was forgotten.`,
  });
}
