import { addDays, type Day, dayAt, startOfDay } from '../time/day.js';
import { timestampAt } from '../time/timestamp.js';
import { holdsDay, withDay, withoutDay } from './day-ranges.js';
import { STATE_VERSION, type StateDocument, type StreamState } from './state-document.js';

/** Why a day is read for a sink. */
export type ReadingReason =
  | { readonly why: 'new' }
  | { readonly why: 'lookback' }
  | { readonly why: 'open'; readonly unsettled: number };

/** One stream of one project in one sink. */
export interface StreamKey {
  readonly sink: string;
  readonly stream: string;
  readonly projectId: string;
}

/** What a reading found in a day. */
export interface DayReading {
  readonly readAtMs: number;
  readonly records: number;
  readonly hash: string;
  readonly unsettled: number;
  /** True where it can never be read again. */
  readonly isFinal: boolean;
}

/**
 * Days after its end at which a day is closed although records of it never settled, such as those that cost
 * nothing for good: a day must not stay open for ever.
 */
const PATIENCE_DAYS = 14;
const DAY_MS = 86_400_000;

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
    const { closed, open, lost } = this.#get(key);
    if (holdsDay(lost, day)) return undefined;
    const isClosed = holdsDay(closed, day);
    const unsettled = open[day]?.unsettled;
    if (!isClosed && unsettled === undefined) return { why: 'new' };
    if (day >= dayAt(nowMs - this.#lookbackMs)) return { why: 'lookback' };
    return isClosed ? undefined : { why: 'open', unsettled: unsettled ?? 0 };
  }

  /** A sink has confirmed a day. */
  delivered(key: StreamKey, day: Day, { readAtMs, isFinal, ...found }: DayReading): void {
    const before = this.#get(key);
    const age = readAtMs - startOfDay(addDays(day, 1));
    const isSettled = found.unsettled === 0 || age >= PATIENCE_DAYS * DAY_MS;
    // What was closed once stays so, also where the lookback has grown since; but a day that is not over was closed
    // by a clock that was ahead.
    const wasClosed = age >= 0 && holdsDay(before.closed, day);
    const isClosed = isFinal || wasClosed || (isSettled && age >= this.#lookbackMs);
    const { [day]: _before, ...others } = before.open;
    this.#set(key, {
      ...before,
      open: isClosed ? others : { ...others, [day]: { read_at: timestampAt(readAtMs), ...found } },
      closed: isClosed ? withDay(before.closed, day) : withoutDay(before.closed, day),
    });
  }

  /** The last day that any sink has; undefined where none has one. */
  lastDay(): Day | undefined {
    const days = [...this.#streams.values()].flatMap(({ state: { closed, open } }) => [
      ...closed.map(([, through]) => through),
      ...Object.keys(open),
    ]);
    return days.sort().at(-1);
  }

  /** Days that the source has deleted. What this sink has whole is not lost to it: such a day is closed. */
  gone(key: StreamKey, days: readonly Day[]): void {
    const { open, ...before } = this.#get(key);
    const isWhole = (day: Day) => holdsDay(before.closed, day) || open[day]?.unsettled === 0;
    this.#set(key, {
      open: Object.fromEntries(Object.entries(open).filter(([day]) => !days.includes(day))),
      closed: days.filter(isWhole).reduce(withDay, before.closed),
      lost: days.filter((day) => !isWhole(day)).reduce(withDay, before.lost),
    });
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
