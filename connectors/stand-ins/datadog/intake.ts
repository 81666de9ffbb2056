import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../src/time/clock.js';
import { verdictOn } from '../../datadog/metrics/submit/time-window.js';
import { type AccountAssets, accountAssets } from './account/account-assets.js';
import { createLogStore, type StoredLog } from './account/log-store.js';
import { createMetricStore, type MetricStore } from './account/metric-store.js';
import { type CustomCosts, customCosts } from './endpoints/custom-costs.js';
import { type ReceivedLogs, readLogPayload } from './endpoints/log-payload.js';
import { type ReceivedPayload, readMetricPayload } from './endpoints/metric-payload.js';
import { type MetricMetadata, metricMetadata } from './endpoints/stored-metadata.js';
import { BadPayload } from './server/encoded-body.js';
import { type Answer, answer, bodyOf, close, listen, logErrors, metricErrors } from './server/server.js';

export interface IntakeOptions {
  /** The one key that is let in. */
  readonly apiKey: string;
  /** The application key that dashboards, monitors, costs and metadata take beside it. Default: none is let in. */
  readonly appKey?: string;
  readonly clock: Clock;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Whether Historical Metrics Ingestion is on. Default false. */
  readonly historical?: boolean;
}

/** What goes wrong with a call: an answer that is given instead, a call left without one, or one cut off. */
export type IntakeFault = 'hang' | 'cut' | (Partial<Answer> & Pick<Answer, 'status'>);

/** A server on loopback that does what Datadog documents about its intakes of metrics and of logs. */
export interface Intake {
  readonly url: string;
  /** What is stored: of several writes to the same metric, tags and timestamp the last. */
  readonly query: MetricStore['query'];
  /** Payloads of metrics that were answered with 202, whatever of them was dropped. */
  readonly payloads: readonly ReceivedPayload[];
  /** What is stored of logs: every one that was kept, in the order of arrival. */
  readonly logs: readonly StoredLog[];
  /** Payloads of logs that were answered with 202, whatever of them was dropped. */
  readonly logPayloads: readonly ReceivedLogs[];
  /**
   * Faults to come, one for each payload, or undefined for one without; a test adds to them. Of `unanswered` the
   * payload is taken, and the connection cut off in place of the answer.
   */
  readonly faults: (IntakeFault | 'unanswered' | undefined)[];
  /** What every call meets until it is taken back; undefined at first. */
  lastingFault: IntakeFault | undefined;
  /** Time that a payload takes, in milliseconds; it is stored in the middle of it. 0 at first. */
  slownessMs: number;
  /** Its dashboards and monitors. */
  readonly assets: AccountAssets;
  readonly costs: CustomCosts;
  /** Units and descriptions. */
  readonly metadata: MetricMetadata;
  close(): Promise<void>;
}

/** One kind of payload: how it is taken, and how errors are said there. */
interface Endpoint {
  readonly accepted: object;
  readonly errors: (status: number, message: string) => object;
  take(body: Buffer, encoding: string | undefined): Promise<void>;
}

/**
 * `POST /api/v2/series`, `POST /api/v2/logs` and `GET /api/v1/validate`: 403 for a wrong key, gzip and deflate, 413
 * for a payload that is too large, and 202 for what is outside the time windows, which is dropped without a word.
 */
export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const { clock, historical = false } = options;
  const metrics = createMetricStore();
  const logs = createLogStore();
  const payloads: ReceivedPayload[] = [];
  const logPayloads: ReceivedLogs[] = [];

  const endpoints: Readonly<Record<string, Endpoint>> = {
    'POST /api/v2/series': {
      accepted: { errors: [] },
      errors: metricErrors,
      async take(body, encoding) {
        const payload = await readMetricPayload(body, encoding);
        payloads.push(payload);
        const keeps = (timestamp: number) => verdictOn(timestamp, clock.now(), historical) === 'kept';
        for (const series of payload.series) metrics.write(series, keeps);
      },
    },
    'POST /api/v2/logs': {
      accepted: {},
      errors: logErrors,
      async take(body, encoding) {
        const payload = await readLogPayload(body, encoding);
        logPayloads.push(payload);
        logs.write(payload.logs, clock.now());
      },
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
    assets: accountAssets(options),
    costs: customCosts(options),
    metadata: metricMetadata(options.appKey, (name) => metrics.query(name).length > 0),
    close: () => close(server),
  };

  const takePayload = async (endpoint: Endpoint, request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const fault = intake.faults.shift();
    if (fault !== undefined && fault !== 'unanswered') return meet(fault, endpoint, request, response);
    await delay(intake.slownessMs / 2);
    await endpoint.take(body, request.headers['content-encoding']);
    await delay(intake.slownessMs / 2);
    if (fault === 'unanswered') response.destroy();
    else answer(response, { status: 202, body: endpoint.accepted });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = `${request.method} ${request.url}`;
    const endpoint = endpoints[call];
    const errors = endpoint?.errors ?? metricErrors;
    try {
      if (intake.lastingFault !== undefined) meet(intake.lastingFault, { errors }, request, response);
      else if (request.headers['dd-api-key'] !== options.apiKey) {
        meet({ status: 403, body: errors(403, 'Forbidden') }, { errors }, request, response);
      } else if (call === 'GET /api/v1/validate') answer(response, { status: 200, body: { valid: true } });
      else if (intake.assets.serves(request)) await intake.assets.take(request, response);
      else if (intake.costs.serves(request)) await intake.costs.take(request, response);
      else if (intake.metadata.serves(request)) await intake.metadata.take(request, response);
      else if (endpoint !== undefined) await takePayload(endpoint, request, response);
      else answer(response, { status: 404, body: errors(404, 'Not found') });
    } catch (error) {
      if (!(error instanceof BadPayload)) throw error;
      answer(response, { status: error.status, body: errors(error.status, error.message) });
    }
  };

  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const url = await listen(server, options.port ?? 0);
  return Object.assign(intake, { url });
}

function meet(
  fault: IntakeFault,
  { errors }: Pick<Endpoint, 'errors'>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  if (fault === 'hang') return;
  if (fault === 'cut') response.destroy();
  else answer(response, { body: errors(fault.status, `Fault ${fault.status}`), ...fault });
}
