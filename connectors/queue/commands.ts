import { type Command, defineCommand } from '../../src/catalogue/command.js';
import { ACCEPT_LESS, CONFIG, LOG, RUN, SELECTION } from '../../src/cli/options/option-groups.js';

/** The job for several machines: one says what is to be done, and others do it. */
export const queueCommands: readonly Command[] = [
  defineCommand({
    name: 'enqueue',
    describe: 'Queue what sync would do, for workers; the state must be in PostgreSQL',
    options: {
      ...CONFIG,
      ...SELECTION,
      summary: RUN.summary,
      'full-refresh': {
        type: 'boolean',
        default: false,
        describe: 'Deliver the whole window again, whatever the state says',
      },
      ...ACCEPT_LESS,
      'fail-over-budget': {
        type: 'boolean',
        default: false,
        describe: 'With --wait: end with exit 3 where a day or the month has cost more than `budget`',
      },
      'fail-on-difference': {
        type: 'string',
        requiresArg: true,
        describe: 'With --wait: end with exit 3 where what was read differs by more, in percent',
      },
      wait: {
        type: 'boolean',
        default: false,
        describe: 'Wait for the last task, and end with the summary and the exit code of sync',
      },
      ...LOG,
    },
    load: async () => (await import('./enqueue/enqueue-command.js')).enqueue,
  }),
  defineCommand({
    name: 'worker',
    describe: 'Carry out what enqueue has queued, until it is told to end',
    options: {
      ...CONFIG,
      concurrency: {
        type: 'number',
        requiresArg: true,
        default: 4,
        describe: 'Tasks at once',
      },
      'until-empty': {
        type: 'boolean',
        default: false,
        describe: 'End when no task is left, as for CI and cron',
      },
      grace: {
        type: 'string',
        requiresArg: true,
        default: '20s',
        describe: 'How long tasks under way may take to end after a signal; then others get them',
      },
      ...LOG,
    },
    load: async () => (await import('./worker/worker-command.js')).worker,
  }),
];
