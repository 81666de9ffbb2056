import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../src/time/clock.js';
import { startIntake } from '../stand-ins/datadog/intake.js';
import { startStandIn } from '../stand-ins/deepgram/stand-in.js';

const KEY = 'stand-in-key';

/** A Deepgram account and a Datadog intake on loopback, and the configuration that exports one to the other. */
export interface DemoWorld {
  /** The configuration, as a user would write it. */
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  /**
   * Writes what the intake has received to a folder in one that is there, a series and a log a line; returns how many
   * of each.
   */
  writeReceived(folder: string): Promise<{ readonly series: number; readonly logs: number }>;
  close(): Promise<void>;
}

/** Schema of the demo's own, so that nothing of it comes among what somebody exports. */
export const DEMO_SCHEMA = 'deepgram_demo';

/**
 * @param days days to export, today included
 * @param databaseUrl filled too, where it is that of a PostgreSQL
 */
export async function startDemoWorld(options: {
  readonly clock: Clock;
  readonly days: number;
  readonly databaseUrl?: string | undefined;
}): Promise<DemoWorld> {
  const account = await startStandIn({ apiKey: KEY, now: options.clock.now() });
  const intake = await startIntake({ apiKey: KEY, clock: options.clock });
  return {
    config: demoConfig(options.days - 1, /^postgres(ql)?:/.test(options.databaseUrl ?? '')),
    env: { DEEPGRAM_API_KEY: KEY, DEEPGRAM_URL: account.url, DD_API_KEY: KEY, DD_URL: intake.url },
    writeReceived: async (folder) => {
      const series = intake.payloads.flatMap((payload) => payload.series);
      const logs = intake.logPayloads.flatMap((payload) => payload.logs);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'series.ndjson'), linesOf(series));
      await writeFile(join(folder, 'logs.ndjson'), linesOf(logs));
      const distinct = new Set(series.map(({ metric, tags }) => JSON.stringify([metric, tags])));
      return { series: distinct.size, logs: logs.length };
    },
    close: async () => {
      await Promise.all([account.close(), intake.close()]);
    },
  };
}

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

function demoConfig(daysBack: number, hasDatabase: boolean): string {
  return `# The configuration of the demo: an account and an intake that only exist while it runs.
version: 1
source:
  type: deepgram
  api_key: \${DEEPGRAM_API_KEY}
  base_url: \${DEEPGRAM_URL}
window:
  since: ${daysBack}d
sinks:
  tableau: { type: tableau-csv, path: tableau }
  archive: { type: ndjson, path: ndjson }
  report: { type: report, path: report.html }
  datadog: { type: datadog-metrics, api_key: \${DD_API_KEY}, api_url: \${DD_URL}, tags: [env:demo] }
  logs: { type: datadog-logs, api_key: \${DD_API_KEY}, api_url: \${DD_URL}, tags: [env:demo] }
${hasDatabase ? `  database: { type: postgres, url: \${DATABASE_URL}, schema: ${DEMO_SCHEMA} }\n` : ''}`;
}
