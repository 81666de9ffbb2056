import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { beginCheckpoints } from '../../../src/cli/checkpoint-session.js';
import { openSource, withLanes } from '../../../src/cli/open-connectors.js';
import { acceptedLess } from '../../../src/cli/options/accept-less.js';
import { jobFor } from '../../../src/cli/options/job-options.js';
import { logFor } from '../../../src/cli/options/log-options.js';
import { type DeliveryOptions, runCommand } from '../../../src/cli/run-command.js';
import { resolveWindow } from '../../../src/config/settings/window.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { counted, formatCount } from '../../../src/text/text-table.js';
import { withQueue } from '../configured-queue.js';
import type { QueueRun } from '../tasks/queue-task.js';
import { planAndQueue, type QueuedRun } from './plan-and-queue.js';
import { waitForEnd } from './wait-for-end.js';

export interface EnqueueOptions extends Omit<DeliveryOptions, 'dryRun'> {
  /** Delivers the whole window again, whatever the state says. */
  readonly fullRefresh: boolean;
  /** Waits for the last task, and ends as `sync` does. */
  readonly wait: boolean;
}

/** Plans what some sink lacks, and queues it for workers. */
export async function enqueue(options: EnqueueOptions, context: CliContext): Promise<number> {
  const log = logFor(options, context);
  const job = await jobFor(options, context);
  return withQueue(job, log, context, async (queue) => {
    const checkpoints = { use: 'keep', shared: true, fullRefresh: options.fullRefresh } as const;
    if (options.wait) {
      return runCommand(
        { ...options, dryRun: false },
        {
          checkpoints,
          run: async (run) => waitForEnd(await planAndQueue(run, askedOf(options), queue), queue, run),
        },
        context,
      );
    }
    const session = await beginCheckpoints(job, checkpoints, log, context);
    try {
      const window = resolveWindow(job.window, context.clock.now());
      const { checkpoints: known, journal, memory } = await session.open(window);
      const source = await openSource(job, window, log, context, { memory });
      try {
        const queued = await withLanes(job, { journal }, log, context, (lanes) =>
          planAndQueue(
            {
              source,
              lanes,
              streams: job.streams.filter((stream) => lanes.some((lane) => lane.wants(stream))),
              window,
              checkpoints: known,
              log,
              acceptLess: acceptedLess(options.acceptLess ?? [], job.streams),
              signal: AbortSignal.any([context.signal, session.lost]),
            },
            askedOf(options),
            queue,
          ),
        );
        if (!options.quiet) context.screen.text(queuedText(queued));
      } finally {
        await source.close();
      }
    } finally {
      await session.end();
    }
    return EXIT.delivered;
  });
}

/** What workers have to know of the command line. */
function askedOf({
  stream,
  sink,
  project,
  acceptLess,
  fullRefresh,
  failOverBudget,
}: EnqueueOptions): QueueRun['options'] {
  return {
    ...(stream && { stream: [...stream] }),
    ...(sink && { sink: [...sink] }),
    ...(project && { project: [...project] }),
    ...(acceptLess && { acceptLess: [...acceptLess] }),
    ...(fullRefresh && { fullRefresh }),
    ...(failOverBudget && { wantsCosts: true }),
  };
}

function queuedText({ planned, queued, covering }: QueuedRun): string {
  const before = formatCount(covering.length);
  if (queued === 0 && covering.length > 0)
    return `Nothing new to queue: ${before} tasks that are queued have it.\n`;
  const rest = covering.length === 0 ? '' : ` ${before} that have the rest were queued before.`;
  const tasks = `Queued ${counted(queued, 'task')} of ${counted(planned.projects.length, 'project')}.${rest}`;
  return `${tasks} \`deepgram-export worker\` carries them out.\n`;
}
