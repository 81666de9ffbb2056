import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requests } from '../../connectors/deepgram/streams/requests.js';
import { type MemorySink, memorySink } from '../../connectors/testing/memory-sink.js';
import type { Sink } from '../../src/catalogue/sink.js';
import type { Source } from '../../src/catalogue/source.js';
import type { CheckpointStore } from '../../src/checkpoints/checkpoint-store.js';
import { fileStore } from '../../src/checkpoints/file/file-store.js';
import type { KnownDays, StateDocument } from '../../src/checkpoints/file/state-document.js';
import { recordKey } from '../../src/checkpoints/journal/record-key.js';
import { RunCheckpoints } from '../../src/checkpoints/run-checkpoints.js';
import { resolveWindow, windowSettings } from '../../src/config/settings/window.js';
import { run } from '../../src/deliver/run.js';
import { SinkLane } from '../../src/deliver/sink-lane.js';
import type { KeptBackDay } from '../../src/deliver/tally/run-tally.js';
import { ExportError } from '../../src/errors/export-error.js';
import { silentLog } from '../../src/log/log.js';
import type { Row } from '../../src/streams/field.js';
import type { Stream } from '../../src/streams/stream.js';
import type { Clock } from '../../src/time/clock.js';
import { addDays, type Day, dayAt, daysThrough } from '../../src/time/day.js';
import { NOTHING_FOUND } from '../deliver/nothing-found.js';

export interface HistoryOptions {
  /** Where the state is kept. Default: a file. */
  readonly store?: CheckpointStore;
  /** What the source has of a day at a moment. Default: one settled record. */
  readonly rows?: (day: Day, nowMs: number) => readonly Row[];
  /** Records of a day at a moment that cannot be understood. Default: none. */
  readonly unreadable?: (day: Day, nowMs: number) => number;
  /** True for a day at a moment whose settled records may turn out otherwise. Default: none. */
  readonly unresolved?: (day: Day, nowMs: number) => boolean;
  /** What the source says of a day as a whole at a moment. Default: nothing. */
  readonly version?: (day: Day, nowMs: number) => string | undefined;
  readonly stream?: Stream;
  readonly projectId?: string;
}

/** How one run differs from the usual one: seven days into the sink `a`, with a lookback of three. */
export interface RunOptions {
  readonly since?: string;
  readonly until?: string;
  readonly lookback?: string;
  readonly sinks?: readonly string[];
  readonly fails?: (sink: string, day: Day) => boolean;
  readonly fullRefresh?: boolean;
  readonly emptied?: readonly string[];
  /** Records that a sink says it holds of a day that it was given with so many. Default: it cannot tell. */
  readonly held?: (sink: string, day: Day, records: number) => number | undefined;
  readonly destination?: string;
  readonly projectId?: string;
  /** What the clock shows when the days are read, in a run that takes long. Default: its beginning. */
  readonly clockAt?: string;
  /** The process dies when everything was delivered, and before the state says so. */
  readonly dies?: boolean;
}

export interface Ran {
  /** Days that were read, in order. */
  readonly read: readonly Day[];
  /** Days that each sink confirmed, in order. */
  readonly given: Readonly<Record<string, readonly Day[]>>;
  readonly keptBack: readonly KeptBackDay[];
  readonly warnings: readonly string[];
}

/** A sink of this name only appends, and can tell what it has. */
export const LOG = 'log';

/** Runs, one after the other, on one state file and with sinks that keep what they have. */
export class ExportHistory {
  readonly path: string;
  readonly #store: CheckpointStore;
  readonly #options: HistoryOptions;
  readonly #sinks = new Map<string, MemorySink>();
  readonly #logged: Row[] = [];

  private constructor(path: string, options: HistoryOptions) {
    this.path = path;
    this.#store = options.store ?? fileStore(path, { source: 'fake' });
    this.#options = options;
  }

  static async begin(options: HistoryOptions = {}): Promise<ExportHistory> {
    return new ExportHistory(join(await mkdtemp(join(tmpdir(), 'state-')), 'state.json'), options);
  }

  /** What a sink has, by day. */
  holds(sink: string): Readonly<Record<Day, readonly Row[]>> {
    const committed = [...(this.#sinks.get(sink)?.committed.values() ?? [])];
    return Object.fromEntries(committed.map(({ partition, rows }) => [partition.day ?? '', rows]));
  }

  text(): Promise<string> {
    return readFile(this.path, 'utf8');
  }

  /** What the sink {@link LOG} was ever sent, in the order of arrival. */
  get logged(): readonly Row[] {
    return this.#logged;
  }

  /** What the state says of the sink `a`. */
  async days(stream = 'requests', projectId = 'p-1'): Promise<KnownDays | undefined> {
    const document = await this.#store.load();
    return document?.sources.get('fake')?.get(stream)?.get(projectId)?.get('a');
  }

  async run(at: string, options: RunOptions = {}): Promise<Ran> {
    const now = Date.parse(at);
    const { since = '7d', until = 'now', lookback = '3d', sinks = ['a'] } = options;
    const settings = windowSettings().parse({ since, until, lookback });
    const window = resolveWindow(settings, now);
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const log = { ...silentLog, warn, note: warn };
    const clockMs = Date.parse(options.clockAt ?? at);
    const clock: Clock = { now: () => clockMs, sleep: async () => {} };
    let hasDied = false;
    let saving = Promise.resolve();
    const save = async (document: StateDocument): Promise<void> => {
      if (!hasDied) saving = this.#store.save(document);
      await saving;
    };
    const book = await RunCheckpoints.load({
      store: { ...this.#store, save },
      source: 'fake',
      clock,
      log,
      nowMs: now,
      lookbackMs: settings.lookback,
      destinations: new Map(sinks.map((name) => [name, options.destination ?? `memory ${name}`])),
      fullRefresh: options.fullRefresh ?? false,
      lock: { assertHeld: async () => {} },
    });
    const read: Day[] = [];
    const given: Record<string, Day[]> = Object.fromEntries(sinks.map((name) => [name, []]));
    const lanes = sinks.map(
      (name) =>
        new SinkLane({
          sink: name === LOG ? this.#log(options) : this.#sink(name, options, given[name] ?? []),
          journal: this.#store.journal,
          type: 'memory',
          required: true,
          deadlineMs: 60_000,
          log: silentLog,
        }),
    );
    const result = await run({
      source: this.#source(now, options.projectId ?? this.#options.projectId ?? 'p-1', read),
      lanes,
      streams: [this.#stream()],
      window,
      checkpoints: book,
      clock,
      log,
      signal: new AbortController().signal,
    });
    hasDied = options.dies ?? false;
    // What a dead run began to save is saved or not when the next one begins, and nothing of it comes later.
    await (hasDied ? saving : book.flush());
    return { read, given, keptBack: result.keptBack, warnings };
  }

  #stream(): Stream {
    return this.#options.stream ?? requests;
  }

  #sink(name: string, { fails, emptied, held }: RunOptions, given: Day[]): Sink {
    const memory = this.#sinks.get(name) ?? memorySink({ name });
    this.#sinks.set(name, memory);
    return {
      ...memory,
      isEmpty: async () => emptied?.includes(name) ?? false,
      ...(held && {
        held: async (_stream, _project, days) =>
          new Map(
            days.flatMap((day) => {
              const given = this.holds(name)[day ?? ''];
              const records = given && held(name, day ?? '', given.length);
              return records === undefined ? [] : [[day, { records, sums: {} }] as const];
            }),
          ),
      }),
      begin: async (partition, signal) => {
        const day = partition.day ?? '';
        const writer = await memory.begin(partition, signal);
        return {
          ...writer,
          commit: async () => {
            if (fails?.(name, day))
              throw new ExportError('SINK_REFUSED', 'out of order', { kind: 'transient' });
            const receipt = await writer.commit();
            given.push(day);
            return receipt;
          },
        };
      },
    };
  }

  #log({ fails }: RunOptions): Sink {
    return {
      ...memorySink({ name: LOG }),
      capabilities: { delivery: 'append', accepts: () => true },
      holds: async ({ stream }, keys) =>
        new Set(this.#logged.map((row) => recordKey(stream, row)).filter((key) => keys.includes(key))),
      begin: async ({ day }) => {
        let accepted = 0;
        return {
          write: async (batch) => {
            this.#logged.push(...batch);
            if (fails?.(LOG, day ?? ''))
              throw new ExportError('SINK_REFUSED', 'the answer was lost', { kind: 'transient' });
            accepted += batch.length;
          },
          commit: async () => ({ accepted, rejected: [], skipped: [] }),
          abort: async () => {},
        };
      },
    };
  }

  #source(now: number, projectId: string, read: Day[]): Source {
    const {
      rows: rowsOf = oneSettled,
      version: versionOf,
      unreadable: unreadableOf,
      unresolved: unresolvedOf,
    } = this.#options;
    const project = { id: projectId, name: 'Support' };
    return {
      name: 'fake',
      parallel: 1,
      traffic: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
      projects: async () => [project],
      oldestDay: ({ kind }) => (kind === 'requests' ? addDays(dayAt(now), -89) : undefined),
      divide: (stream, _project, days) =>
        days
          .filter((day) => !stream.observedOnly || day === dayAt(now))
          .map((day) => ({ days: [day], calls: 1 })),
      ...(versionOf && {
        dayVersions: async () => {
          const days = daysThrough(addDays(dayAt(now), -30), dayAt(now));
          const versions = days.flatMap((day) => {
            const version = versionOf(day, now);
            return version === undefined ? [] : [[day, version] as const];
          });
          return new Map([[projectId, new Map(versions)]]);
        },
      }),
      async *read({ days }) {
        for (const day of days) {
          if (day === null) continue;
          read.push(day);
          const unreadable = () => unreadableOf?.(day, now) ?? 0;
          const isUnresolved = () => unresolvedOf?.(day, now) ?? false;
          yield { day, batches: inBatches(rowsOf(day, now)), unreadable, isUnresolved };
        }
      },
      check: async () => [],
      findings: () => NOTHING_FOUND,
      close: async () => {},
    };
  }
}

export function record(day: Day, settled: boolean, index = 0): Row {
  return { project_id: 'p-1', request_id: `${day}-${index}`, settled, cost_usd: settled ? 1 : null };
}

function oneSettled(day: Day): readonly Row[] {
  return [record(day, true)];
}

async function* inBatches(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += 2) yield rows.slice(at, at + 2);
}
