import { onTestFinished } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import type { Tableau, TableauOptions } from '../../../connectors/stand-ins/tableau/tableau.js';
import { tableauPublishSettings } from '../../../connectors/tableau-publish/publish-settings.js';
import { type PublishLimits, tableauPublishSink } from '../../../connectors/tableau-publish/publish-sink.js';
import { partitionOf } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { ClosingReport, Sink } from '../../../src/catalogue/sink.js';
import { type Log, silentLog } from '../../../src/log/log.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { emptyFolder, settingsFor, startSite } from './site.js';

const RUN = { records: 1, partitions: 1, failedPartitions: 0, calls: 1, retries: 0, elapsedMs: 1 };
export const never = new AbortController().signal;

/** What is delivered by one run: records by partition. */
export type Delivery = readonly (readonly [partition: Partition, rows: readonly Row[]])[];

export interface Publishing {
  readonly tableau: Tableau;
  readonly cwd: string;
  /** What was said so far, a line each. */
  readonly said: string[];
  /** Time passes only where something waits. */
  readonly clock: { now: () => number; sleep: (ms: number) => Promise<void> };
  /** A sink as a run opens it, and disposed of with the test. */
  open(changes?: Changes): Promise<Sink>;
  /** A whole run of a sink of its own. */
  run(delivery: Delivery, changes?: Changes): Promise<ClosingReport | undefined>;
}

interface Changes {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly limits?: PublishLimits;
  readonly streams?: readonly Stream[];
  readonly cwd?: string;
}

/** A site, and a folder of a sink that publishes there. */
export async function publishing(options: Partial<TableauOptions> = {}): Promise<Publishing> {
  let now = Date.parse('2026-11-20T12:00:00Z');
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const tableau = await startSite({ now: clock.now, ...options });
  onTestFinished(() => tableau.close());
  const cwd = await emptyFolder();
  const said: string[] = [];
  const say = (level: string) => (message: string) => void said.push(`${level}: ${message}`);
  const log: Log = { ...silentLog, info: say('info'), warn: say('warn'), error: say('error') };
  const open = async ({ settings, limits, streams = [usage, requests], cwd: other = cwd }: Changes = {}) =>
    tableauPublishSink(
      tableauPublishSettings.parse(settingsFor(tableau.url, settings)),
      sinkContext(other, { clock, log, streams }),
      limits,
    );
  return {
    tableau,
    cwd,
    said,
    clock,
    open,
    run: async (delivery, changes = {}) => {
      const sink = await open(changes);
      try {
        await sink.prepare?.(changes.streams ?? [usage, requests], never);
        for (const [partition, rows] of delivery) {
          const writer = await sink.begin(partition, never);
          await writer.write(rows);
          await writer.commit();
        }
        return await sink.finish?.(RUN, never);
      } finally {
        await sink.dispose?.();
      }
    },
  };
}

export function requestsOf(day: string, rows: readonly Row[]): Delivery[number] {
  return [partitionOf('requests', day), rows];
}

/** Calls of this kind, since the last look. */
export function callsOf({ calls }: Tableau, kind: RegExp): readonly string[] {
  return calls.filter((call) => kind.test(call));
}
