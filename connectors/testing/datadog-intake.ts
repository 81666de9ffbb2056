import type { Clock } from '../../src/time/clock.js';
import type { StoredLog } from '../stand-ins/datadog/account/log-store.js';
import type { MetricStore } from '../stand-ins/datadog/account/metric-store.js';
import * as standIn from '../stand-ins/datadog/intake.js';

export interface IntakeOptions {
  /** The one key that is let in. */
  readonly apiKey: string;
  /** Says which points are too old. */
  readonly clock: Clock;
  /** Whether Historical Metrics Ingestion is on. Default false. */
  readonly historical?: boolean;
}

/** A Datadog on loopback, with what a test looks at: no more of its types, so that they need none of Node's. */
export interface Intake {
  /** For `api_url`. */
  readonly url: string;
  /** What is stored: of several writes to the same metric, tags and timestamp the last. */
  readonly query: MetricStore['query'];
  /** Every log that was kept, in the order of arrival. */
  readonly logs: readonly StoredLog[];
  /** What every call meets until it is taken back; undefined at first. */
  lastingFault: 'hang' | 'cut' | { readonly status: number } | undefined;
  close(): Promise<void>;
}

/** Starts a stand-in for Datadog's intakes of metrics and logs on a free port. */
export const startIntake: (options: IntakeOptions) => Promise<Intake> = standIn.startIntake;
