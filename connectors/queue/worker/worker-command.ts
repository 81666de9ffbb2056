import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { type JobOptions, jobFor } from '../../../src/cli/options/job-options.js';
import { type LogOptions, logFor } from '../../../src/cli/options/log-options.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { counted } from '../../../src/text/text-table.js';
import { parseDuration } from '../../../src/time/duration.js';
import { withQueue } from '../configured-queue.js';
import { postgresLimit } from '../limit/postgres-limit.js';
import { Worker } from './worker.js';

export interface WorkerOptions extends Pick<JobOptions, 'config' | 'envFile'>, LogOptions {
  /** Tasks that are carried out at once. */
  readonly concurrency: number;
  /** Ends when no task is left. */
  readonly untilEmpty: boolean;
  /** How long what is under way has to end after a signal, such as `20s`. */
  readonly grace: string;
}

/** Takes tasks that `enqueue` has queued, until it is told to end. */
export async function worker(options: WorkerOptions, context: CliContext): Promise<number> {
  const { concurrency, untilEmpty } = options;
  const graceMs = parseDuration(options.grace);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST) {
    throw mistake(`--concurrency must be a whole number from 1 to ${MOST}.`);
  }
  if (graceMs === undefined) throw mistake('--grace must be a duration such as 20s or 2m.');
  const log = logFor(options, context);
  const job = await jobFor(options, context);
  return withQueue(job, log, context, async (queue) => {
    const limit = postgresLimit(queue.database, queue.schema, log);
    log.info(`Taking tasks from ${queue.where}, ${concurrency} at once.`);
    const done = await new Worker(queue, { options, limit, concurrency, log, context }).work({
      untilEmpty,
      graceMs,
    });
    log.info(
      `${counted(done.done, 'task')} done, ${counted(done.failed, 'failure')}, ${counted(done.givenBack, 'task')} given back.`,
    );
    if (done.refused) {
      const { message, hint } = done.refused;
      log.error(
        `This worker ends, since its key is of no use: ${message}${hint === undefined ? '' : ` ${hint}`}`,
      );
      return EXIT.source;
    }
    const { dead } = untilEmpty && !context.signal.aborted ? await queue.look.counts() : NONE;
    if (dead === 0) return EXIT.delivered;
    log.error(
      `${counted(dead, 'task')} ${dead === 1 ? 'was' : 'were'} given up: \`deepgram-export state show\` says why.`,
    );
    return EXIT.source;
  });
}

const MOST = 64;
/** A worker that goes on for ever, and one that was told to end, say it where tasks are watched. */
const NONE = { dead: 0 };

function mistake(message: string): ExportError {
  return new ExportError('USAGE', message, { kind: 'config' });
}
