import type { InputReading, Inputs } from '../catalogue/source.js';
import type { Checkpoints } from '../checkpoints/checkpoints.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import { addDays, type Day, dayAt, daysThrough, startOfDay } from '../time/day.js';
import type { CountedFacts } from './counted-facts.js';

/** What a reading came to, as plain data. */
export interface ReadingOfRun extends Pick<InputReading, 'records' | 'sums'> {
  readonly stream: string;
  readonly projectId: string;
  readonly day: Day;
  readonly counts: Readonly<Record<string, number>>;
}

/** A day that was to be read in a run, and was not. */
export type UnreadDay = Pick<ReadingOfRun, 'stream' | 'projectId' | 'day'>;

/** What the readings of a run came to, for the streams that are made of them. */
export class ReadingsOfRun {
  readonly #wanted: ReadonlySet<string>;
  readonly #now: number;
  /** By the name of the stream and the id of the project. */
  readonly #found = new Map<string, Map<string, NumbersOfDays>>();
  readonly #unread = new Set<string>();

  /** @param now milliseconds since the epoch: what counts as now in the whole run */
  constructor(streams: readonly Stream[], now: number) {
    this.#wanted = new Set(streams.flatMap(({ derivedFrom = [] }) => derivedFrom.map(({ name }) => name)));
    this.#now = now;
  }

  add({ stream, project, day }: Partition, { records, sums, counts }: CountedFacts): void {
    if (day === null || !this.#wanted.has(stream.name)) return;
    this.set({ stream: stream.name, projectId: project.id, day, records, sums, counts });
  }

  /** Notes one that another process has read. */
  set({ stream, projectId, day, records, sums, counts }: ReadingOfRun): void {
    if (this.#unread.size > 0) this.#unread.delete(nameOf({ stream, projectId, day }));
    const ofProjects = this.#found.get(stream) ?? new Map<string, NumbersOfDays>();
    this.#found.set(stream, ofProjects);
    const names = { sums: Object.keys(sums), counts: Object.keys(counts) };
    const ofDays = ofProjects.get(projectId) ?? new NumbersOfDays(names);
    ofProjects.set(projectId, ofDays);
    ofDays.set(day, [records, ...Object.values(sums), ...Object.values(counts)]);
  }

  /** Notes one that was to be read, here or by another process, and was not. @returns false where nothing is made of it */
  miss({ stream, projectId, day }: UnreadDay): boolean {
    if (!this.#wanted.has(stream)) return false;
    this.#unread.add(nameOf({ stream, projectId, day }));
    return true;
  }

  /**
   * True where some of what a day is made of was to be read in this run and was not: what is made of the rest would say less than
   * what is delivered, and to a sink that gets each day once it would be the last word.
   */
  isLacking({ derivedFrom = [], derivedAfter = {} }: Stream, { id: projectId }: Project, day: Day): boolean {
    if (this.#unread.size === 0) return false;
    return derivedFrom.some(({ name: stream }) =>
      daysThrough(addDays(day, -(derivedAfter[stream] ?? 0)), day).some((one) =>
        this.#unread.has(nameOf({ stream, projectId, day: one })),
      ),
    );
  }

  /** All of them. */
  *list(): Iterable<ReadingOfRun> {
    for (const [stream, ofProjects] of this.#found)
      for (const [projectId, ofDays] of ofProjects)
        for (const [day, { records, sums, counts }] of ofDays.list())
          yield { stream, projectId, day, records, sums, counts };
  }

  /** Those of this run, and else what the checkpoints remember. */
  inputsOf(project: Project, checkpoints: Checkpoints): Inputs {
    return async (stream, day) => {
      const found = this.#found.get(stream.name)?.get(project.id)?.get(day);
      const last = await checkpoints.lastReading?.(stream.name, project.id, day);
      if (found !== undefined) {
        const readAtMs = this.#now;
        const version = last?.readAtMs === readAtMs ? last.version : undefined;
        return { ...found, readAtMs, version, isKeptBack: false };
      }
      return last && { ...last, isKeptBack: last.less !== undefined };
    };
  }
}

function nameOf({ stream, projectId, day }: UnreadDay): string {
  return JSON.stringify([stream, projectId, day]);
}

interface Names {
  readonly sums: readonly string[];
  readonly counts: readonly string[];
}

/**
 * Numbers of the days of a stream and project, in one list: of a thousand projects there are a million such days, of which
 * an object each would take ten times as much.
 */
class NumbersOfDays {
  readonly #names: Names;
  readonly #width: number;
  readonly #places = new Map<number, number>();
  readonly #numbers: number[] = [];

  /** The numbers of each day, after how many records it has. */
  constructor(names: Names) {
    this.#names = names;
    this.#width = 1 + names.sums.length + names.counts.length;
  }

  set(day: Day, numbers: readonly number[]): void {
    const place = this.#places.get(startOfDay(day)) ?? this.#numbers.length;
    this.#places.set(startOfDay(day), place);
    for (const [at, number] of numbers.entries()) this.#numbers[place + at] = number;
  }

  get(day: Day): Pick<ReadingOfRun, 'records' | 'sums' | 'counts'> | undefined {
    const place = this.#places.get(startOfDay(day));
    return place === undefined ? undefined : this.#at(place);
  }

  *list(): Iterable<[Day, Pick<ReadingOfRun, 'records' | 'sums' | 'counts'>]> {
    for (const [startMs, place] of this.#places) yield [dayAt(startMs), this.#at(place)];
  }

  #at(place: number): Pick<ReadingOfRun, 'records' | 'sums' | 'counts'> {
    const [records = 0, ...numbers] = this.#numbers.slice(place, place + this.#width);
    const { sums, counts } = this.#names;
    const named = (names: readonly string[], from: number) =>
      Object.fromEntries(names.map((name, at) => [name, numbers[from + at] ?? 0]));
    return { records, sums: named(sums, 0), counts: named(counts, sums.length) };
  }
}
