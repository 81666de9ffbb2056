import type { Day } from '../time/day.js';
import { inner } from './by-name.js';
import type { CheckpointKey } from './checkpoints.js';
import type { CiRun } from './ci-run.js';
import { lastDay } from './day-rules.js';
import { type KnownDays, STATE_VERSION, type StateDocument } from './file/state-document.js';
import { type DaysOfSinks, mergeSinks, type Versions } from './shared/merge-days.js';
import { mergeNames } from './shared/merge-names.js';

const NOTHING: KnownDays = { closed: [], open: {}, lost: [] };

/** Where what sinks have of one stream and project is. */
export interface TablePlace {
  readonly source: string;
  readonly stream: string;
  readonly projectId: string;
}

/** What one process has changed since all knew the same. */
export type Change<Value> = Omit<Versions<Value>, 'theirs'>;

/** What was changed in a table. */
export interface TableChanges {
  readonly rows: readonly { readonly place: TablePlace; readonly change: Change<DaysOfSinks> }[];
  readonly sinks: Change<StateDocument['sinks']>;
  readonly ciRun: CiRun | undefined;
}

/** What is kept in those places, now that the changes are. */
export interface KeptChanges {
  readonly rows: readonly { readonly place: TablePlace; readonly kept: DaysOfSinks }[];
  /** Left out where they were not looked at. */
  readonly sinks?: StateDocument['sinks'];
}

const NO_SINKS: DaysOfSinks = new Map();

type Streams = Map<string, Map<string, Map<string, KnownDays>>>;

/** Which days each sink has, in memory: those of one source can be looked up and changed, and those of others stay. */
export class CheckpointTable {
  readonly #source: string;
  #sinks: StateDocument['sinks'];
  #sources: Map<string, Streams>;
  #streams: Streams;
  /** Of what was changed, as it was before; by the text of its place. */
  #before = new Map<string, { readonly place: TablePlace; readonly base: DaysOfSinks }>();
  #sinksBefore: StateDocument['sinks'];
  #ciRun: CiRun | undefined;

  /** @param document is taken over; undefined where there is none yet */
  constructor(document: StateDocument | undefined, source: string) {
    this.#source = source;
    this.#sinks = document?.sinks ?? new Map();
    this.#sinksBefore = new Map(this.#sinks);
    this.#sources = document?.sources ?? new Map();
    this.#streams = inner(this.#sources, source);
    this.#ciRun = document?.ci_run;
  }

  /** As if it had been made of this document; what was changed is forgotten. */
  reload(document: StateDocument | undefined): void {
    this.#sinks = document?.sinks ?? new Map();
    this.#sinksBefore = new Map(this.#sinks);
    this.#sources = document?.sources ?? new Map();
    this.#streams = inner(this.#sources, this.#source);
    this.#before = new Map();
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
    this.#noteBefore({ source: this.#source, stream, projectId });
    inner(inner(this.#streams, stream), projectId).set(sink, days);
  }

  /** What was changed since it was taken last; {@link keep} or {@link putBack} follows. */
  takeChanges(): TableChanges {
    const rows = [...this.#before.values()].map(({ place, base }) => ({
      place,
      change: { base, mine: new Map(this.#at(place)) },
    }));
    const sinks = { base: this.#sinksBefore, mine: new Map(this.#sinks) };
    this.#before = new Map();
    this.#sinksBefore = sinks.mine;
    return { rows, sinks, ciRun: this.#ciRun };
  }

  /** The changes that were taken are not kept: they are to be taken again. */
  putBack({ rows, sinks }: TableChanges): void {
    for (const { place, change } of rows) this.#before.set(nameOf(place), { place, base: change.base });
    this.#sinksBefore = sinks.base;
  }

  /** Takes over what is kept now; what was changed since is still changed. */
  keep({ rows, sinks }: KeptChanges): void {
    for (const { place, kept } of rows) {
      const known = this.#before.get(nameOf(place));
      const mine = this.#at(place);
      this.#put(place, known ? mergeSinks({ base: known.base, mine, theirs: kept }) : kept);
      if (known) this.#before.set(nameOf(place), { place, base: kept });
    }
    if (sinks === undefined) return;
    this.#sinks = mergeNames({ base: this.#sinksBefore, mine: this.#sinks, theirs: sinks });
    this.#sinksBefore = new Map(sinks);
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
    for (const [source, streams] of this.#sources)
      for (const [stream, projects] of streams)
        for (const [projectId, sinks] of projects) {
          if (!sinks.has(sink)) continue;
          const place = { source, stream, projectId };
          this.#noteBefore(place);
          this.#put(place, new Map([...sinks].filter(([name]) => name !== sink)));
        }
  }

  #at({ source, stream, projectId }: TablePlace): DaysOfSinks {
    return this.#sources.get(source)?.get(stream)?.get(projectId) ?? NO_SINKS;
  }

  #put({ source, stream, projectId }: TablePlace, sinks: DaysOfSinks): void {
    const streams = inner(this.#sources, source);
    const projects = inner(streams, stream);
    if (sinks.size > 0) projects.set(projectId, new Map(sinks));
    else projects.delete(projectId);
    if (projects.size === 0) streams.delete(stream);
  }

  /** Once, before a change. */
  #noteBefore(place: TablePlace): void {
    const name = nameOf(place);
    if (!this.#before.has(name)) this.#before.set(name, { place, base: new Map(this.#at(place)) });
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

function nameOf({ source, stream, projectId }: TablePlace): string {
  return JSON.stringify([source, stream, projectId]);
}

function copied<Value>(map: ReadonlyMap<string, Value>, copy: (value: Value) => Value): Map<string, Value> {
  return new Map([...map].map(([key, value]) => [key, copy(value)]));
}
