import { hash } from 'node:crypto';
import type { DayVersions } from '../catalogue/source.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import { type Day, daysThrough, endOfDay } from '../time/day.js';
import type { CheckpointTable } from './checkpoint-table.js';
import type { CheckpointedSink, CheckpointKey, LastReading, RunStart } from './checkpoints.js';
import { holdsWhatItGot } from './compare-held.js';
import { holdsDay } from './day-ranges.js';
import { forgetDay, hasDay, reopen } from './day-rules.js';
import type { LastReadings } from './last-readings.js';

/** Days that are looked at together: of many projects there is much to compare. */
const DAYS_AT_A_TIME = 14;

type LastOf = (day: Day) => LastReading | undefined;

/**
 * What a run finds when it begins: partitions that a sink was given and does not hold any more, which it lacks again,
 * and closed days of which the source now says something else, which are opened again.
 */
export class FoundAtStart {
  readonly #table: CheckpointTable;
  readonly #readings: LastReadings;
  readonly #options: { readonly nowMs: number; readonly lookbackMs: number };
  #versions: DayVersions = new Map();
  /** The last readings of days that may be due, by {@link nameOf}. */
  readonly #last = new Map<string, LastReading>();
  /** By {@link nameOf}, of each sink. */
  readonly #missing = new Map<string, Set<string>>();
  #isChanged = false;

  constructor(
    table: CheckpointTable,
    readings: LastReadings,
    options: { readonly nowMs: number; readonly lookbackMs: number },
  ) {
    this.#table = table;
    this.#readings = readings;
    this.#options = options;
  }

  /** What the source says of whole days. */
  useVersions(versions: DayVersions): void {
    this.#versions = versions;
  }

  /** Looks, and corrects the table by what it finds; true where it had to. */
  async look(run: RunStart): Promise<boolean> {
    await forEachOf(run, 'snapshot', (stream, project, sink) =>
      this.#lookAtSnapshot(stream, project, sink, run.signal),
    );
    const days = this.#daysToLookAt(run);
    for (let from = 0; from < days.length; from += DAYS_AT_A_TIME) {
      const some = days.slice(from, from + DAYS_AT_A_TIME);
      const readings = new Map(
        await Promise.all(some.map(async (day) => [day, await this.#readings.ofDay(day)] as const)),
      );
      await forEachOf(run, 'day', (stream, project, sink) => {
        const lastOf = (day: Day) => readings.get(day)?.get(stream.name)?.get(project.id);
        return this.#lookAtDays(stream, project, some, lastOf, sink, run.signal);
      });
      this.#readings.release();
    }
    return this.#isChanged;
  }

  /** The last reading of a day that may be due; undefined where none is remembered. */
  last(key: CheckpointKey, day: Day): LastReading | undefined {
    return this.#last.get(nameOf(key, day));
  }

  /** True for what the sink was given, and did not hold. */
  isMissing(key: CheckpointKey, day: Day | null): boolean {
    return this.#missing.get(key.sink)?.has(nameOf(key, day)) ?? false;
  }

  /** What the source says of a day, shortened: only whether it is the same matters, and it is kept for each stream. */
  version(projectId: string, day: Day): string | undefined {
    const version = this.#versions.get(projectId)?.get(day);
    return version === undefined ? undefined : hash('sha256', version, 'base64url').slice(0, 16);
  }

  /** The days of the window, and those that are open before it. */
  #daysToLookAt({ window }: RunStart): readonly Day[] {
    const open = [...this.#table.openDays()].filter((day) => day < window.since);
    return [...open, ...daysThrough(window.since, window.until)];
  }

  async #lookAtSnapshot(
    stream: Stream,
    project: Project,
    sink: CheckpointedSink,
    signal: AbortSignal,
  ): Promise<void> {
    const key = { sink: sink.name, stream: stream.name, projectId: project.id };
    const { snapshot, ...known } = this.#table.get(key);
    if (snapshot === undefined) return;
    const held = await sink.held(stream, project, [null], signal);
    if (held === undefined || held.has(null)) return;
    this.#table.set(key, known);
    this.#noteMissing(key, null);
  }

  async #lookAtDays(
    stream: Stream,
    project: Project,
    days: readonly Day[],
    lastOf: LastOf,
    sink: CheckpointedSink,
    signal: AbortSignal,
  ): Promise<void> {
    const key = { sink: sink.name, stream: stream.name, projectId: project.id };
    const given = days.filter((day) => hasDay(this.#table.get(key), day));
    const held = given.length === 0 ? undefined : await sink.held(stream, project, given, signal);
    for (const day of given) {
      const known = this.#table.get(key);
      const last = lastOf(day);
      if (held && !holdsWhatItGot(known, day, held.get(day), last)) {
        this.#table.set(key, forgetDay(known, day));
        this.#noteMissing(key, day);
      } else if (last && !stream.observedOnly && !sink.appends && this.#hasChanged(key, day, last)) {
        this.#table.set(key, reopen(known, day, last));
        this.#isChanged = true;
      }
    }
    for (const day of days) {
      const last = lastOf(day);
      if (last && (last.less || this.#mayBeDue(key, day))) this.#last.set(nameOf(key, day), last);
    }
  }

  /** True for a closed day of which the source now says something else. */
  #hasChanged(key: CheckpointKey, day: Day, { version }: LastReading): boolean {
    if (!holdsDay(this.#table.get(key).closed, day)) return false;
    const now = this.version(key.projectId, day);
    return version !== undefined && now !== undefined && version !== now;
  }

  #mayBeDue(key: CheckpointKey, day: Day): boolean {
    const { nowMs, lookbackMs } = this.#options;
    return this.#table.get(key).open[day] !== undefined || nowMs - endOfDay(day) < lookbackMs;
  }

  #noteMissing(key: CheckpointKey, day: Day | null): void {
    const names = this.#missing.get(key.sink) ?? new Set();
    this.#missing.set(key.sink, names.add(nameOf(key, day)));
    this.#isChanged = true;
  }
}

/** Every project of these streams in every sink that wants them; of one stream the projects together. */
async function forEachOf(
  { streams, projects, sinks }: RunStart,
  partitionedBy: Stream['partitionedBy'],
  look: (stream: Stream, project: Project, sink: CheckpointedSink) => Promise<void>,
): Promise<void> {
  for (const stream of streams.filter((one) => one.partitionedBy === partitionedBy))
    for (const sink of sinks.filter((one) => one.wants(stream)))
      await Promise.all(projects.map((project) => look(stream, project, sink)));
}

function nameOf({ stream, projectId }: CheckpointKey, day: Day | null): string {
  return JSON.stringify([stream, projectId, day]);
}
