import { createHash } from 'node:crypto';
import type { HeldPartition } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { pathSegment } from '../../../src/files/path-segment.js';
import { readIfShort } from '../../../src/files/regular-file.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { isJsonObject } from '../../../src/text/json-object.js';
import type { Day } from '../../../src/time/day.js';
import { ENTRY_VERSION, type Entry } from './entry.js';
import { inOrder } from './in-order.js';
import { LinesFile, MOST_BYTES } from './lines-file.js';
import { ProjectLock } from './project-lock.js';
import { type DayLog, lastDays } from './request-log.js';

const PROJECT = /^project_id=/;
const MONTH_FILE = /^(\d{4}-\d{2})\.ndjson$/;
const SNAPSHOTS = 'snapshots.ndjson';
const LOG = 'requests.ndjson';
/** What the files of totals are called, from the folder down. */
export const TOTALS_FILES = [PROJECT, /^(?:\d{4}-\d{2}|snapshots)\.ndjson$/] as const;

/** The second number is that of what is made of entries: sums of another one are made anew. */
const KEPT_VERSION = `${ENTRY_VERSION}.7`;

/** Files that are read ahead: to wait for each would take longer than to read it. */
const MOST_AT_ONCE = 8;

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
  readonly #locks = new Map<string, ProjectLock>();
  readonly #context: Pick<SinkContext, 'clock' | 'log'>;

  /** @param mostLogged requests that are listed at most, of all projects together */
  constructor(folder: OutputFolder, mostLogged: number, context: Pick<SinkContext, 'clock' | 'log'>) {
    this.#folder = folder;
    this.#mostLogged = mostLogged;
    this.#context = context;
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
    for await (const { month } of this.#monthFiles()) months.add(month);
    return [...months].sort().reverse();
  }

  /** The entries of a month, or the snapshots, of each project that has any. */
  async *entries(month: string | null): AsyncGenerator<readonly Entry[]> {
    const files = inOrder(MOST_AT_ONCE, await this.#projects(), (project) =>
      this.#opened(project, fileNamed(month)).current(),
    );
    for await (const lines of files) if (lines.size > 0) yield [...lines.values()];
  }

  /**
   * What `make` makes of the entries of a month, for each project that has any. It is kept beside them, and made anew
   * when they have changed: a month that is over is not added up with every run. Nothing may be put meanwhile.
   *
   * @param name of the file that it is kept in, beside those of the entries
   * @param of what else it depends on
   */
  async *kept<Made>(
    month: string,
    { name, of = '' }: { readonly name: string; readonly of?: string },
    make: (entries: readonly Entry[]) => Made,
  ): AsyncGenerator<Made> {
    const ofProject = async (project: string): Promise<Made | undefined> => {
      // Not among those that are held open: of most only the first line is read.
      const file = this.#linesFile(project, fileNamed(month));
      const identity = await file.identity();
      return this.#kept([project, name], identity && `${identity} ${of}`, async () => {
        const lines = await file.lines();
        return lines.size === 0 ? undefined : make([...lines.values()]);
      });
    };
    for await (const made of inOrder(MOST_AT_ONCE, await this.#projects(), ofProject))
      if (made !== undefined) yield made;
  }

  /** The same of some months and all projects together, kept in one file. */
  async keptTogether<Made>(
    months: readonly string[],
    name: string,
    make: () => Promise<Made>,
  ): Promise<Made> {
    return this.#kept([name], await this.#identityOf(months), make);
  }

  /** @param identity of all that it is made of; undefined where that cannot be told, and nothing is kept */
  async #kept<Made>(
    segments: readonly string[],
    identity: string | undefined,
    make: () => Promise<Made>,
  ): Promise<Made> {
    if (identity === undefined) return make();
    const known = await readKept(this.#folder.path(segments), identity);
    // Safe: it is what was made by the same version of the same entries.
    if (known) return known as Made;
    const made = await make();
    if (made === undefined) return made;
    const text = JSON.stringify({ version: KEPT_VERSION, identity, made });
    await this.#folder.replaceFile(segments, (to) => to.write(text), { durable: false });
    return made;
  }

  async #identityOf(months: readonly string[]): Promise<string | undefined> {
    const files: { readonly project: string; readonly month: string }[] = [];
    for await (const file of this.#monthFiles()) if (months.includes(file.month)) files.push(file);
    const all = createHash('sha256');
    const identities = inOrder(MOST_AT_ONCE, files, ({ project, month }) =>
      this.#linesFile(project, fileNamed(month)).identity(),
    );
    for await (const identity of identities) {
      if (identity === undefined) return undefined;
      // Of its project and month as well, which its lines name.
      all.update(identity);
    }
    return all.digest('hex');
  }

  /** The last requests of each project, those of its last day first. */
  async *logs(): AsyncGenerator<Iterable<DayLog>> {
    yield* inOrder(MOST_AT_ONCE, await this.#projects(), (project) => this.#logOf(project).backwards());
  }

  async #projects(): Promise<readonly string[]> {
    const entries = await this.#folder.entries([]);
    return entries
      .filter((entry) => entry.isDirectory() && PROJECT.test(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  /** Those of totals, in order. */
  async *#monthFiles(): AsyncGenerator<{ readonly project: string; readonly month: string }> {
    const folders = inOrder(MOST_AT_ONCE, await this.#projects(), async (project) => ({
      project,
      files: await this.#folder.entries([project]),
    }));
    for await (const { project, files } of folders) {
      for (const name of files.map((file) => file.name).sort()) {
        const [, month] = MONTH_FILE.exec(name) ?? [];
        if (month !== undefined) yield { project, month };
      }
    }
  }

  #fileOf(segment: string, day: Day | null): LinesFile<Entry> {
    return this.#opened(segment, fileNamed(day === null ? null : day.slice(0, 7)));
  }

  #opened(segment: string, name: string): LinesFile<Entry> {
    return opened(this.#totals, `${segment}/${name}`, () => this.#linesFile(segment, name));
  }

  #linesFile(segment: string, name: string): LinesFile<Entry> {
    return new LinesFile<Entry>(this.#folder, [segment, name], { keyOf, lock: this.#lockOf(segment) });
  }

  #lockOf(segment: string): ProjectLock {
    const lock =
      this.#locks.get(segment) ?? new ProjectLock(this.#folder.path([segment, '.lock']), this.#context);
    this.#locks.set(segment, lock);
    return lock;
  }

  #logOf(segment: string): LinesFile<DayLog> {
    const of = { keyOf: ({ day }: DayLog) => day, lock: this.#lockOf(segment) };
    return opened(this.#logs, segment, () => new LinesFile(this.#folder, [segment, LOG], of));
  }
}

/** Undefined where it is of other entries, or damaged. */
async function readKept(path: string, identity: string): Promise<unknown> {
  const text = await readIfShort(path, MOST_BYTES);
  try {
    const found: unknown = JSON.parse(text ?? '');
    if (!isJsonObject(found) || found.version !== KEPT_VERSION || found.identity !== identity)
      return undefined;
    return found.made;
  } catch {
    return undefined;
  }
}

function fileNamed(month: string | null): string {
  return month === null ? SNAPSHOTS : `${month}.ndjson`;
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
