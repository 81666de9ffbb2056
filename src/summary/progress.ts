import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Progress } from '../deliver/tally/run-tally.js';
import type { HttpStats } from '../http/http-stats.js';
import type { Log } from '../log/log.js';
import type { Screen } from '../log/screen.js';
import { counted, formatCount } from '../text/text-table.js';
import type { Clock } from '../time/clock.js';
import { formatDuration } from '../time/duration.js';

/** Between two plain lines, where there is no terminal to redraw. */
const LINE_EVERY_MS = 5_000;
/** Before the first one: what comes before reading takes its time as well. */
const FIRST_LINE_MS = 3_000;
/** Between two states of the live line: faster is only flicker. */
const REDRAW_EVERY_MS = 100;
/** Between two looks at the time while nothing happens. */
const BEAT_MS = 1_000;
/** An answer that takes so long is worth naming. */
const WAITING_MS = 2_000;
/** Before that, and before so much of the plan is done, nobody can tell how long it takes. */
const ESTIMATE_AFTER_MS = 3_000;

export interface ProgressSurroundings {
  readonly screen: Screen;
  readonly log: Log;
  readonly clock: Clock;
  /** Shows nothing. */
  readonly quiet: boolean;
}

/** What is asked while nothing is reported. */
export interface Busy {
  readonly traffic: HttpStats;
  /** Calls of other processes. Default: there are none. */
  calls?(): number;
  /** The sinks that are being waited for. */
  sinks(): readonly string[];
}

/**
 * Shows how far work is while it goes on, also where nothing happens for a while: a live line on a terminal, a plain line
 * every few seconds elsewhere.
 */
export async function withProgress<Result>(
  { screen, log, clock, quiet }: ProgressSurroundings,
  busy: Busy,
  work: (onProgress: (progress: Progress) => void) => Promise<Result>,
): Promise<Result> {
  if (quiet) return work(() => {});
  const startedAt = clock.now();
  const isLive = screen.isLive;
  const end = new AbortController();
  let shownAt = isLive ? startedAt : startedAt - LINE_EVERY_MS + FIRST_LINE_MS;
  let latest: Progress | undefined;
  const show = (everyMs: number) => {
    const now = clock.now();
    if (end.signal.aborted || now - shownAt < everyMs) return;
    shownAt = now;
    const text = progressText(latest, busy, { now, elapsedMs: now - startedAt });
    if (isLive) screen.live(text);
    else if (latest) {
      const { records, partitions, plannedPartitions } = latest;
      log.info(text, { records, partitions, planned_partitions: plannedPartitions });
    } else log.info(text);
  };
  const everyMs = isLive ? REDRAW_EVERY_MS : LINE_EVERY_MS;
  const beat = async () => {
    while (!end.signal.aborted) {
      const before = clock.now();
      await clock.sleep(BEAT_MS, end.signal);
      if (clock.now() === before) return; // a clock that stands still
      await nextTurn();
      show(everyMs);
    }
  };
  const beating = beat().catch(() => {});
  try {
    return await work((progress) => {
      latest = progress;
      show(everyMs);
    });
  } finally {
    end.abort();
    await beating;
    screen.live('');
  }
}

/** `682 records, 130 of 267 partitions, 12 calls, 5.0 s, about 5 s left; waiting 6.0 s for Deepgram …`. */
function progressText(
  progress: Progress | undefined,
  busy: Busy,
  { now, elapsedMs }: { readonly now: number; readonly elapsedMs: number },
): string {
  const { waiting } = busy.traffic;
  const calls = busy.traffic.calls + (busy.calls?.() ?? 0);
  const elapsed = formatDuration(elapsedMs);
  const sinks = busy.sinks();
  const isLong = waiting !== undefined && now - waiting.sinceMs >= WAITING_MS;
  const waits = isLong
    ? `; waiting ${formatDuration(now - waiting.sinceMs)} to ${waiting.what}`
    : waiting === undefined && sinks.length > 0
      ? `; waiting for ${sinks.join(', ')}`
      : '';
  if (progress === undefined) return `Getting ready, ${counted(calls, 'call')}, ${elapsed}${waits}`;
  const { records, partitions, plannedPartitions } = progress;
  const done = `${counted(records, 'record')}, ${formatCount(partitions)} of ${counted(plannedPartitions, 'partition')}`;
  return `${done}, ${counted(calls, 'call')}, ${elapsed}${leftText(progress, elapsedMs)}${waits}`;
}

/** By what was done in the time that it took; of less than a tenth of the plan that says little. */
function leftText({ partitions, plannedPartitions }: Progress, elapsedMs: number): string {
  const left = plannedPartitions - partitions;
  if (elapsedMs < ESTIMATE_AFTER_MS || 10 * partitions < plannedPartitions || left <= 0) return '';
  const seconds = Math.max(1, Math.round((elapsedMs * left) / partitions / 1_000));
  return seconds < 60 ? `, about ${seconds} s left` : `, about ${Math.round(seconds / 60)} min left`;
}
