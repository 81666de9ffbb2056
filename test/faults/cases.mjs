import { diskFull, noRights, stateDiskFull } from './broken-disks.mjs';
import { sinkDown, sinkHangs, tableReplaced } from './broken-sinks.mjs';
import { kills } from './kills.mjs';
import { killedWhileAppending } from './log-kills.mjs';
import { killedWhileMerging } from './merge-kills.mjs';
import { olderCopies } from './older-copies.mjs';
import { withDatabase } from './postgres.mjs';
import { shorterAnswers } from './shorter-answers.mjs';
import { killedWhileStitching } from './stitching.mjs';
import { workersKilled } from './worker-kills.mjs';

/**
 * Every fault that is tried out, in the order in which they run; a name is what `--only` looks into.
 *
 * @param large true: workers have an account of a hundred projects and a month
 */
export function cases({ kills: count, seed, large, tell }) {
  const third = Math.max(1, Math.round(count / 3));
  const fifth = Math.max(1, Math.round(count / 5));
  const tenth = Math.max(1, Math.round(count / 10));
  return [
    { name: 'killed at random moments, files only', run: () => kills({ count, seed, tell }) },
    {
      name: 'killed at random moments, with Datadog',
      run: () => kills({ count: tenth, seed, datadog: true, tell }),
    },
    {
      name: 'killed at random moments, while sending logs',
      run: () => killedWhileAppending({ count: tenth, seed, tell }),
    },
    {
      name: 'killed while a table is put together',
      run: () => killedWhileStitching({ count: tenth, seed, tell }),
    },
    {
      name: 'killed at random moments, in an account without prices',
      run: () => kills({ count: tenth, seed, prices: false, tell }),
    },
    {
      name: 'killed while sending logs, in an account without prices',
      run: () => killedWhileAppending({ count: tenth, seed, prices: false, tell }),
    },
    {
      name: 'answers are shorter than before',
      run: () => shorterAnswers({ count: tenth, seed, tell }),
    },
    {
      name: 'a copy of two runs ago comes back',
      run: () => olderCopies({ count: tenth, seed, tell }),
    },
    {
      name: 'killed in the middle of merges into PostgreSQL',
      run: () => withDatabase((database) => killedWhileMerging({ count: third, seed, database, tell })),
    },
    {
      name: 'killed at random moments, with the state in PostgreSQL',
      run: () => withDatabase((database) => kills({ count: fifth, seed, database, tell })),
    },
    {
      name: 'killed while sending logs, with the state in PostgreSQL',
      run: () => withDatabase((database) => killedWhileAppending({ count: tenth, seed, database, tell })),
    },
    {
      name: 'workers killed at random moments, and their server restarted',
      run: () => withDatabase((database) => workersKilled({ count: third, seed, large, database, tell })),
    },
    { name: 'a sink is down for three runs', run: () => sinkDown({ seed }) },
    { name: 'a sink hangs', run: () => sinkHangs({ seed }) },
    { name: 'a folder stands where a table belongs', run: () => tableReplaced({ seed }) },
    { name: 'the disk is full', run: () => diskFull({ seed }) },
    { name: 'the disk of the state is full', run: () => stateDiskFull({ seed }) },
    { name: 'no rights to write', run: () => noRights({ seed }) },
  ];
}
