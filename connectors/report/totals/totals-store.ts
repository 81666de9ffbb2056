import type { HeldPartition } from '../../../src/catalogue/sink.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { pathSegment } from '../../../src/files/path-segment.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Day } from '../../../src/time/day.js';
import type { Entry } from './entry.js';
import { LinesFile } from './lines-file.js';
import { type DayLog, lastDays } from './request-log.js';

const PROJECT = /^project_id=/;
const MONTH_FILE = /^(\d{4}-\d{2})\.ndjson$/;
const SNAPSHOTS = 'snapshots.ndjson';
const LOG = 'requests.ndjson';
/** What the files of totals are called, from the folder down. */
export const TOTALS_FILES = [PROJECT, /^(?:\d{4}-\d{2}|snapshots)\.ndjson$/] as const;

/** Files that are held in memory while partitions are committed to them. */
const MOST_OPEN = 64;

/**
 * The totals of all partitions: one file a project and month, one for its snapshots, one for its last requests. A few
 * hundred files for a year of twenty projects can be read within a second, which one a partition could not.
 */
export class TotalsStore {
  readonly #folder: OutputFolder;
  readonly #mostLogged: number;
  readonly #totals = new Map<string, LinesFile<Entry>>();
  readonly #logs = new Map<string, LinesFile<DayLog>>();

  /** @param mostLogged requests that are listed at most, of all projects together */
  constructor(folder: OutputFolder, mostLogged: number) {
    this.#folder = folder;
    this.#mostLogged = mostLogged;
  }

  /** Puts an entry in place of that of the same partition; resolves when it is on the disk. */
  async put(entry: Entry, log?: DayLog): Promise<void> {
    const segment = folderOf(entry.project_id);
    // The totals come last, since they say that the partition is there.
    if (log) await this.#logOf(segment).edit((lines) => keepLastDays(lines, log, this.#mostLogged));
    await this.#fileOf(segment, entry.day).edit((lines) => {
      lines.set(keyOf(entry), entry);
      return true;
    });
  }

  async held(
    stream: Stream,
    project: Project,
    days: readonly (Day | null)[],
  ): Promise<ReadonlyMap<Day | null, HeldPartition>> {
    const held = new Map<Day | null, HeldPartition>();
    for (const day of days) {
      const lines = await this.#fileOf(folderOf(project.id), day).lines();
      const entry = lines.get(keyOf({ stream: stream.name, day }));
      if (entry) held.set(day, { records: entry.records, sums: entry.sums });
    }
    return held;
  }

  /** Months that there are totals of, the newest first. */
  async months(): Promise<readonly string[]> {
    const months = new Set<string>();
    for (const project of await this.#projects()) {
      for (const { name } of await this.#folder.entries([project])) {
        const [, month] = MONTH_FILE.exec(name) ?? [];
        if (month !== undefined) months.add(month);
      }
    }
    return [...months].sort().reverse();
  }

  /** The entries of a month, or the snapshots, of each project that has any. */
  async *entries(month: string | null): AsyncGenerator<readonly Entry[]> {
    for (const project of await this.#projects()) {
      const lines = await this.#opened(project, month === null ? SNAPSHOTS : `${month}.ndjson`).lines();
      if (lines.size > 0) yield [...lines.values()];
    }
  }

  /** The last requests of each project. */
  async *logs(): AsyncGenerator<DayLog> {
    for (const project of await this.#projects()) yield* (await this.#logOf(project).lines()).values();
  }

  async #projects(): Promise<readonly string[]> {
    const entries = await this.#folder.entries([]);
    return entries
      .filter((entry) => entry.isDirectory() && PROJECT.test(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  #fileOf(segment: string, day: Day | null): LinesFile<Entry> {
    return this.#opened(segment, day === null ? SNAPSHOTS : `${day.slice(0, 7)}.ndjson`);
  }

  #opened(segment: string, name: string): LinesFile<Entry> {
    return opened(
      this.#totals,
      `${segment}/${name}`,
      () => new LinesFile<Entry>(this.#folder, [segment, name], keyOf),
    );
  }

  #logOf(segment: string): LinesFile<DayLog> {
    return opened(this.#logs, segment, () => new LinesFile(this.#folder, [segment, LOG], ({ day }) => day));
  }
}

function folderOf(projectId: string): string {
  return `project_id=${pathSegment(projectId)}`;
}

function keyOf({ stream, day }: Pick<Entry, 'stream' | 'day'>): string {
  return `${stream} ${day ?? ''}`;
}

/** Takes in the log of a day, and lets go of days that newer ones have enough of. */
function keepLastDays(lines: Map<string, DayLog>, log: DayLog, most: number): boolean {
  const before = JSON.stringify([...lines]);
  const kept = lastDays([...lines.values()].filter(({ day }) => day !== log.day).concat(log), most);
  lines.clear();
  for (const one of kept.toReversed()) lines.set(one.day, one);
  return JSON.stringify([...lines]) !== before;
}

/** A file by its name; of those that were opened before, those that nobody has used for longest are let go. */
function opened<Line extends object>(
  files: Map<string, LinesFile<Line>>,
  name: string,
  open: () => LinesFile<Line>,
): LinesFile<Line> {
  const file = files.get(name) ?? open();
  files.delete(name);
  files.set(name, file);
  for (const [other, { isBusy }] of files) {
    if (files.size <= MOST_OPEN) break;
    if (!isBusy) files.delete(other);
  }
  return file;
}
