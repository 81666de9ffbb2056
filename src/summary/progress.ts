import type { Progress } from '../deliver/tally/run-tally.js';
import type { Log } from '../log/log.js';
import type { Screen } from '../log/screen.js';
import { formatCount } from '../text/text-table.js';
import type { Clock } from '../time/clock.js';
import { formatDuration } from '../time/duration.js';

/** Between two plain lines, where there is no terminal to redraw. */
const LINE_EVERY_MS = 5_000;
/** Between two states of the live line: faster is only flicker. */
const REDRAW_EVERY_MS = 100;

/** Shows how far a run is: a live line on a terminal, a plain line every few seconds elsewhere. */
export function progressReporter(screen: Screen, log: Log, clock: Clock): (progress: Progress) => void {
  const startedAt = clock.now();
  const isLive = screen.stderr.isTTY === true;
  let shownAt = startedAt;
  return (progress) => {
    const now = clock.now();
    if (now - shownAt < (isLive ? REDRAW_EVERY_MS : LINE_EVERY_MS)) return;
    shownAt = now;
    const { records, partitions, plannedPartitions } = progress;
    const text = `${formatCount(records)} records, ${formatCount(partitions)} of ${formatCount(plannedPartitions)} partitions, ${formatDuration(now - startedAt)}`;
    if (isLive) screen.live(text);
    else log.info(text, { records, partitions, planned_partitions: plannedPartitions });
  };
}
