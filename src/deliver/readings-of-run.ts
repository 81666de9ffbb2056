import type { InputReading, Inputs } from '../catalogue/source.js';
import type { Checkpoints } from '../checkpoints/checkpoints.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { ReadingFacts } from './reading-facts.js';

/** What the readings of a run came to, for the streams that are made of them. */
export class ReadingsOfRun {
  readonly #wanted: ReadonlySet<string>;
  readonly #now: number;
  readonly #found = new Map<string, InputReading>();

  /** @param now milliseconds since the epoch: what counts as now in the whole run */
  constructor(streams: readonly Stream[], now: number) {
    this.#wanted = new Set(streams.flatMap(({ derivedFrom = [] }) => derivedFrom.map(({ name }) => name)));
    this.#now = now;
  }

  add({ stream, project, day }: Partition, { records, sums, counts }: ReadingFacts): void {
    if (day === null || !this.#wanted.has(stream.name)) return;
    const found = { readAtMs: this.#now, records, sums, counts, isKeptBack: false };
    this.#found.set(nameOf(stream, project, day), found);
  }

  /** Those of this run, and else what the checkpoints remember. */
  inputsOf(project: Project, checkpoints: Checkpoints): Inputs {
    return async (stream, day) => {
      const found = this.#found.get(nameOf(stream, project, day));
      const last = await checkpoints.lastReading?.(stream.name, project.id, day);
      if (found !== undefined)
        return last?.readAtMs === found.readAtMs ? { ...found, version: last.version } : found;
      return last && { ...last, isKeptBack: last.less !== undefined };
    };
  }
}

function nameOf(stream: Stream, project: Project, day: string): string {
  return JSON.stringify([stream.name, project.id, day]);
}
