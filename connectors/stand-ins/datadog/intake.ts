import { createServer } from 'node:http';
import type { Clock } from '../../../src/time/clock.js';
import { close, listen } from '../loopback.js';
import { createLogStore, type ReceivedLog, type StoredLog } from './account/log-store.js';
import { createMetricStore, type MetricStore, type ReceivedSeries } from './account/metric-store.js';
import { refused, refusedLogs } from './endpoints/answers.js';
import { type AccountAssets, accountAssets } from './endpoints/assets/assets.js';
import { type CustomCosts, customCosts } from './endpoints/custom-costs.js';
import { BadPayload } from './endpoints/encoded-body.js';
import { type ReceivedLogs, readLogPayload } from './endpoints/log-payload.js';
import { type MetricMetadata, metricMetadata } from './endpoints/metric-metadata.js';
import { type ReceivedPayload, readMetricPayload } from './endpoints/metric-payload.js';
import type { PayloadEndpoint } from './endpoints/payload-endpoint.js';
import { keepsPoint } from './rules/time-window.js';
import { type Behaviour, requestHandler } from './server/request-handler.js';

export interface IntakeOptions {
  /** The one key that is let in. */
  readonly apiKey: string;
  /** The application key that dashboards, monitors, costs and metadata take beside it. Default: none is let in. */
  readonly appKey?: string | undefined;
  readonly clock: Clock;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Whether Historical Metrics Ingestion is on. Default false. */
  readonly historical?: boolean;
}

export interface Refusing {
  readonly status: 202 | 400;
  /** Of a log or a series as it came. */
  is(item: ReceivedLog | ReceivedSeries): boolean;
}

/** A server on loopback that does what Datadog documents about its intakes of metrics and of logs. */
export interface Intake extends Behaviour {
  readonly url: string;
  /** What is stored: of several writes to the same metric, tags and timestamp the last. */
  readonly query: MetricStore['query'];
  /** Payloads of metrics that were answered with 202, whatever of them was dropped. */
  readonly payloads: readonly ReceivedPayload[];
  /** What is stored of logs: every one that was kept, in the order of arrival. */
  readonly logs: readonly StoredLog[];
  /** Payloads of logs that were answered with 202, whatever of them was dropped. */
  readonly logPayloads: readonly ReceivedLogs[];
  /** Its dashboards and monitors. */
  readonly assets: AccountAssets;
  readonly costs: CustomCosts;
  /** Units and descriptions. */
  readonly metadata: MetricMetadata;
  /**
   * What is refused for a reason of the account's own: a payload with such a log or series in it, as a whole, with 400
   * or with errors in a 202. A test sets it; undefined at first.
   */
  refuses: Refusing | undefined;
  close(): Promise<void>;
}

/**
 * `POST /api/v2/series`, `POST /api/v2/logs` and `GET /api/v1/validate`: 403 for a wrong key, gzip and deflate, 413
 * for a payload that is too large, and 202 for what is outside the time windows, which is dropped without a word.
 */
export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const { apiKey, appKey, clock, historical = false } = options;
  const metrics = createMetricStore();
  const logs = createLogStore();
  const payloads: ReceivedPayload[] = [];
  const logPayloads: ReceivedLogs[] = [];

  const refuseAny = (items: readonly (ReceivedLog | ReceivedSeries)[]): void => {
    const { refuses } = intake;
    if (refuses && items.some((item) => refuses.is(item))) {
      throw new BadPayload(refuses.status, 'Something in it is not accepted');
    }
  };
  const series: PayloadEndpoint = {
    accepted: { errors: [] },
    refused,
    async take(body, encoding) {
      const payload = await readMetricPayload(body, encoding);
      refuseAny(payload.series);
      payloads.push(payload);
      const keeps = (timestamp: number) => keepsPoint(timestamp, clock.now(), historical);
      for (const one of payload.series) metrics.write(one, keeps);
    },
  };
  const logEntries: PayloadEndpoint = {
    accepted: {},
    refused: refusedLogs,
    async take(body, encoding) {
      const payload = await readLogPayload(body, encoding);
      refuseAny(payload.logs);
      logPayloads.push(payload);
      logs.write(payload.logs, clock.now());
    },
  };

  const intake: Omit<Intake, 'url'> = {
    query: metrics.query,
    payloads,
    logs: logs.stored,
    logPayloads,
    faults: [],
    lastingFault: undefined,
    slownessMs: 0,
    refuses: undefined,
    assets: accountAssets(clock),
    costs: customCosts(clock),
    metadata: metricMetadata((name) => metrics.query(name).length > 0),
    close: () => close(server),
  };
  const handle = requestHandler({
    apiKey,
    appKey,
    payloads: { 'POST /api/v2/series': series, 'POST /api/v2/logs': logEntries },
    applications: [intake.assets, intake.costs, intake.metadata],
    behaviour: intake,
  });
  const server = createServer(handle);
  const url = await listen(server, options.port ?? 0);
  return Object.assign(intake, { url });
}
