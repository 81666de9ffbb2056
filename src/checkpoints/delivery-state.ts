import type { Day } from '../time/day.js';
import { timestampAt } from '../time/timestamp.js';
import { holdsDay } from './day-ranges.js';
import {
  type DayReading,
  isLastReading,
  type ReadingReason,
  reasonFor,
  wasReadAfter,
  withoutGone,
  withReading,
} from './day-rules.js';
import { STATE_VERSION, type StateDocument, type StreamState } from './state-document.js';

/** One stream of one project in one sink. */
export interface StreamKey {
  readonly sink: string;
  readonly stream: string;
  readonly projectId: string;
}

/**
 * What every sink has, and what it therefore lacks. A day is closed by a reading that took place when the day was
 * over, older than the lookback, and all its records were settled; until then each run reads it again. The
 * lookback is only taken off when deciding what to read: what is stored is what was true.
 */
export class DeliveryState {
  readonly #destinations = new Map<string, string>();
  /** By {@link keyText}. */
  readonly #streams = new Map<string, { readonly key: StreamKey; state: StreamState }>();
  readonly #lookbackMs: number;

  constructor(document: StateDocument | undefined, lookbackMs: number) {
    this.#lookbackMs = lookbackMs;
    for (const [sink, { destination, streams }] of Object.entries(document?.sinks ?? {})) {
      this.#destinations.set(sink, destination);
      for (const [stream, projects] of Object.entries(streams)) {
        for (const [projectId, state] of Object.entries(projects))
          this.#set({ sink, stream, projectId }, state);
      }
    }
  }

  document(nowMs: number): StateDocument {
    const sinks = [...this.#destinations].map(([sink, destination]) => {
      const ofSink = [...this.#streams.values()].filter(({ key }) => key.sink === sink);
      const streams = [...new Set(ofSink.map(({ key }) => key.stream))].sort().map((stream) => {
        const projects = ofSink.filter(({ key }) => key.stream === stream);
        return [stream, Object.fromEntries(projects.map(({ key, state }) => [key.projectId, state]).sort())];
      });
      return [sink, { destination, streams: Object.fromEntries(streams) }];
    });
    return { version: STATE_VERSION, updated_at: timestampAt(nowMs), sinks: Object.fromEntries(sinks) };
  }

  /** Ids of the projects that it knows. */
  projectIds(): ReadonlySet<string> {
    return new Set([...this.#streams.values()].map(({ key }) => key.projectId));
  }

  /** True for a sink that has delivered to this destination before. */
  knows(sink: string, destination: string): boolean {
    return this.#destinations.get(sink) === destination;
  }

  /** True where a day was delivered to this sink. */
  hasDelivered(sink: string): boolean {
    return [...this.#streams.values()].some(
      ({ key, state }) =>
        key.sink === sink && (state.closed.length > 0 || Object.keys(state.open).length > 0),
    );
  }

  /** Begins a sink anew: its destination is another one, or empty. */
  forget(sink: string, destination: string): void {
    for (const [text, { key }] of this.#streams) if (key.sink === sink) this.#streams.delete(text);
    this.#destinations.set(sink, destination);
  }

  /** The first day that was ever delivered or lost; undefined where nothing was. */
  firstDay(key: StreamKey): Day | undefined {
    const known = this.#get(key);
    const days = [
      ...known.closed.map(([from]) => from),
      ...known.lost.map(([from]) => from),
      ...Object.keys(known.open),
    ];
    return days.sort()[0];
  }

  /** True for a day that is delivered and will not be read again. */
  isClosed(key: StreamKey, day: Day): boolean {
    return holdsDay(this.#get(key).closed, day);
  }

  /** Why a day is to be read for a sink at this moment; undefined where it is not. */
  reason(key: StreamKey, day: Day, nowMs: number): ReadingReason | undefined {
    return reasonFor(this.#get(key), day, nowMs, this.#lookbackMs);
  }

  /** True where a sink has a day of a later reading than this moment. */
  hasLater(key: StreamKey, day: Day, thanMs: number): boolean {
    return wasReadAfter(this.#get(key), day, thanMs, this.#lookbackMs);
  }

  /** True where a reading of a day at this moment closes it, whatever it finds. */
  isLastReading(day: Day, readAtMs: number): boolean {
    return isLastReading(day, readAtMs, this.#lookbackMs);
  }

  /** A sink has confirmed a day. */
  delivered(key: StreamKey, day: Day, reading: DayReading): void {
    this.#set(key, withReading(this.#get(key), day, reading, this.#lookbackMs));
  }

  /** The last day that any sink has; undefined where none has one. */
  lastDay(): Day | undefined {
    const days = [...this.#streams.values()].flatMap(({ state: { closed, open } }) => [
      ...closed.map(([, through]) => through),
      ...Object.keys(open),
    ]);
    return days.sort().at(-1);
  }

  /** Days that the source has deleted; answers with those that are lost to this sink and were not known to be. */
  gone(key: StreamKey, days: readonly Day[]): readonly Day[] {
    const { state, lost } = withoutGone(this.#get(key), days);
    this.#set(key, state);
    return lost;
  }

  #get(key: StreamKey): StreamState {
    return this.#streams.get(keyText(key))?.state ?? { closed: [], open: {}, lost: [] };
  }

  #set(key: StreamKey, state: StreamState): void {
    this.#streams.set(keyText(key), { key, state });
  }
}

function keyText({ sink, stream, projectId }: StreamKey): string {
  return JSON.stringify([sink, stream, projectId]);
}
