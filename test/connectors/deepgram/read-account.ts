import { deepgramType } from '../../../connectors/deepgram/deepgram-type.js';
import type { RequestRow } from '../../../connectors/deepgram/streams/requests.js';
import { type StreamsChoice, selectStreams } from '../../../connectors/deepgram/streams/select-streams.js';
import type { RequestsPerDay } from '../../../connectors/stand-ins/deepgram/account/account-days.js';
import { memorySink } from '../../../connectors/testing/memory-sink.js';
import type { Sink } from '../../../src/catalogue/sink.js';
import type { Source } from '../../../src/catalogue/source.js';
import type { SourceMemory } from '../../../src/catalogue/source-type.js';
import { windowOnly } from '../../../src/checkpoints/checkpoints.js';
import { noMemory } from '../../../src/checkpoints/run-memory.js';
import { type RunResult, run } from '../../../src/deliver/run.js';
import { SinkLane } from '../../../src/deliver/sink-lane.js';
import { silentLog } from '../../../src/log/log.js';
import { Secret } from '../../../src/secrets/secret.js';
import type { Partition } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Clock } from '../../../src/time/clock.js';
import type { Day } from '../../../src/time/day.js';

export const NO_STREAMS: StreamsChoice = {
  requests: false,
  usage: false,
  billing: false,
  balances: false,
  purchases: false,
  projects: false,
  api_keys: false,
  members: false,
  models: false,
};

export interface Reading {
  readonly url: string;
  readonly streams: Partial<StreamsChoice>;
  readonly since: string;
  readonly until: string;
  readonly now: number;
  readonly projects?: 'all' | readonly string[];
  readonly apiKey?: string;
  readonly maxConcurrency?: number;
  readonly unavailable?: 'fail' | 'skip';
  /** Default: nothing is remembered. */
  readonly memory?: SourceMemory;
  /** Told of each partition when it is to be committed, which waits until this resolves. */
  readonly beforeCommit?: (partition: Partition) => Promise<void>;
}

export interface ReadAccount {
  readonly result: RunResult;
  readonly sink: ReturnType<typeof memorySink>;
  readonly source: Source;
  requests(): readonly RequestRow[];
}

/**
 * The same number of requests on each day from the first one on, and none before it. For the names of their models a
 * source has the stand-in add up all days that the log reaches back, which takes long where every one of them is busy.
 */
export function requestsFrom(first: Day, count: number): RequestsPerDay {
  return (_project, day) => (day < first ? 0 : count);
}

/** Waits take no time in these tests, but are asked for as in earnest. */
export function hurriedClock(now: number): Clock {
  return { now: () => now, sleep: async () => {} };
}

export async function openSource(reading: Reading): Promise<{ source: Source; streams: readonly Stream[] }> {
  const { url, since, until, now } = reading;
  const source = await deepgramType.open(
    {
      api_key: new Secret(reading.apiKey ?? 'stand-in-key'),
      base_url: url,
      max_concurrency: reading.maxConcurrency ?? 8,
      unavailable: reading.unavailable ?? 'fail',
      states: { unknown_after: 3_600_000, lost_after: 172_800_000, priced_within: 14_400_000 },
    },
    {
      projects: reading.projects ?? 'all',
      window: { since, until, now },
      memory: reading.memory ?? noMemory(),
      clock: hurriedClock(now),
      log: silentLog,
      env: {},
      userAgent: 'test',
    },
  );
  return { source, streams: selectStreams({ ...NO_STREAMS, ...reading.streams }) };
}

/** Reads an account through the whole pipeline into memory. */
export async function readAccount(reading: Reading): Promise<ReadAccount> {
  const { source, streams } = await openSource(reading);
  const sink = memorySink();
  const lane = new SinkLane({
    sink: slowed(sink, reading.beforeCommit),
    type: 'memory',
    required: true,
    deadlineMs: 60_000,
    log: silentLog,
  });
  try {
    const result = await run({
      source,
      lanes: [lane],
      streams,
      checkpoints: windowOnly,
      window: { since: reading.since, until: reading.until, now: reading.now },
      clock: hurriedClock(reading.now),
      log: silentLog,
      signal: new AbortController().signal,
    });
    // Safe: the rows of this stream are made as such.
    return { result, sink, source, requests: () => sink.rows('requests') as readonly RequestRow[] };
  } finally {
    await source.close();
  }
}

function slowed(sink: Sink, beforeCommit: Reading['beforeCommit'] = async () => {}): Sink {
  return {
    ...sink,
    begin: async (partition, signal) => {
      const writer = await sink.begin(partition, signal);
      return { ...writer, commit: () => beforeCommit(partition).then(() => writer.commit()) };
    },
  };
}
