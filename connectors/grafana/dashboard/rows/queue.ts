import { QUEUE_SCHEMA } from '../../assets/identity.js';
import { queueOverview } from '../../assets/queue-overview.js';
import { COLORS, stat } from '../panels.js';

/** Do the workers keep up? */
export const queue = [
  stat({
    title: 'Tasks of workers',
    description:
      'What is in the queue now, whatever the range: tasks that wait, that a worker has, that have failed and are tried again, and that were given up; and for how long the oldest of the others has been there.',
    unit: 'short',
    decimals: 0,
    empty: 'no queue: nobody has run enqueue yet',
    width: 24,
    columns: {
      'given up': {
        steps: [
          [null, COLORS.green],
          [1, COLORS.failure],
        ],
      },
      oldest: {
        unit: 's',
        steps: [
          [null, COLORS.green],
          [3_600, COLORS.orange],
          [24 * 3_600, COLORS.failure],
        ],
      },
    },
    sql: `select waiting, active, failing, dead as "given up", oldest_seconds as oldest
from ${queueOverview(QUEUE_SCHEMA)}`,
  }),
];
