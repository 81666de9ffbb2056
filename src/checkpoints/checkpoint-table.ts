import type { Day } from '../time/day.js';
import { inner } from './by-name.js';
import type { CheckpointKey } from './checkpoints.js';
import type { CiRun } from './ci-run.js';
import { lastDay } from './day-rules.js';
import { type KnownDays, STATE_VERSION, type StateDocument } from './file/state-document.js';

const NOTHING: KnownDays = { closed: [], open: {}, lost: [] };

type Streams = Map<string, Map<string, Map<string, KnownDays>>>;

/** Which days each sink has, in memory: those of one source can be looked up and changed, and those of others stay. */
export class CheckpointTable {
  readonly #sinks: StateDocument['sinks'];
  readonly #sources: Map<string, Streams>;
  readonly #streams: Streams;
  #ciRun: CiRun | undefined;

  /** @param document is taken over; undefined where there is none yet */
  constructor(document: StateDocument | undefined, source: string) {
    this.#sinks = document?.sinks ?? new Map();
    this.#sources = document?.sources ?? new Map();
    this.#streams = inner(this.#sources, source);
    this.#ciRun = document?.ci_run;
  }

  /** As it is now: what changes later is not in it. */
  document(updatedAt: string): StateDocument {
    return {
      version: STATE_VERSION,
      updated_at: updatedAt,
      ...(this.#ciRun && { ci_run: this.#ciRun }),
      sinks: new Map(this.#sinks),
      sources: copied(this.#sources, (streams) =>
        copied(streams, (projects) => copied(projects, (sinks) => new Map(sinks))),
      ),
    };
  }

  get({ sink, stream, projectId }: CheckpointKey): KnownDays {
    return this.#streams.get(stream)?.get(projectId)?.get(sink) ?? NOTHING;
  }

  set({ sink, stream, projectId }: CheckpointKey, days: KnownDays): void {
    inner(inner(this.#streams, stream), projectId).set(sink, days);
  }

  /** Ids of the source's projects of which a sink has something. */
  projectIds(): ReadonlySet<string> {
    return new Set([...this.#streams.values()].flatMap((projects) => [...projects.keys()]));
  }

  /** The last run of a CI pipeline that used the checkpoints. */
  get ciRun(): CiRun | undefined {
    return this.#ciRun;
  }

  set ciRun(run: CiRun) {
    this.#ciRun = run;
  }

  sinkNames(): readonly string[] {
    return [...this.#sinks.keys()];
  }

  /** True for a sink that has delivered to this destination before. */
  knows(sink: string, destination: string): boolean {
    return this.#sinks.get(sink)?.destination === destination;
  }

  /** True where a day of any source was delivered to this sink. */
  hasDelivered(sink: string): boolean {
    return [...this.#all()].some(
      ([name, days]) => name === sink && (lastDay(days) !== undefined || days.snapshot !== undefined),
    );
  }

  /** Begins a sink anew: its destination is another one, or empty. */
  beginSink(sink: string, destination: string): void {
    this.#forgetDays(sink);
    this.#sinks.set(sink, { destination });
  }

  /** Forgets a sink, as if it had never been there. */
  forgetSink(sink: string): void {
    this.#forgetDays(sink);
    this.#sinks.delete(sink);
  }

  /** The last day that this sink, or any, has; undefined where there is none. */
  lastDay(sink?: string): Day | undefined {
    const days = [...this.#all()].flatMap(([name, known]) =>
      sink === undefined || name === sink ? (lastDay(known) ?? []) : [],
    );
    return days.sort().at(-1);
  }

  #forgetDays(sink: string): void {
    for (const streams of this.#sources.values())
      for (const [stream, projects] of streams) {
        for (const [projectId, sinks] of projects)
          if (sinks.delete(sink) && sinks.size === 0) projects.delete(projectId);
        if (projects.size === 0) streams.delete(stream);
      }
  }

  /** Days that are open to any sink, each once. */
  openDays(): ReadonlySet<Day> {
    const days = new Set<Day>();
    for (const [, { open }] of this.#all()) for (const day of Object.keys(open)) days.add(day);
    return days;
  }

  *#all(): Iterable<[sink: string, KnownDays]> {
    for (const streams of this.#sources.values())
      for (const projects of streams.values()) for (const sinks of projects.values()) yield* sinks;
  }
}

function copied<Value>(map: ReadonlyMap<string, Value>, copy: (value: Value) => Value): Map<string, Value> {
  return new Map([...map].map(([key, value]) => [key, copy(value)]));
}
