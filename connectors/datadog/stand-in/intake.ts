import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../../src/time/clock.js';
import { verdictOn } from '../metrics/time-window.js';
import { createMetricStore, type MetricStore } from './metric-store.js';
import { BadPayload, type ReceivedPayload, readPayload } from './payload.js';

export interface IntakeOptions {
  /** The one key that is let in. */
  readonly apiKey: string;
  readonly clock: Clock;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Whether Historical Metrics Ingestion is on. Default false. */
  readonly historical?: boolean;
}

/** What goes wrong with the next call: an answer that is given instead, a call left without one, or one cut off. */
export type IntakeFault =
  | 'hang'
  | 'cut'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: object };

/** A server on loopback that does what Datadog documents about its metric intake. */
export interface Intake {
  readonly url: string;
  /** What is stored: of several writes to the same metric, tags and timestamp the last. */
  readonly query: MetricStore['query'];
  /** Payloads that were answered with 202, whatever of them was dropped. */
  readonly payloads: readonly ReceivedPayload[];
  /** Faults to come, one for each call of the series endpoint; a test adds to them. */
  readonly faults: IntakeFault[];
  /** What every call meets until it is taken back; undefined at first. */
  lastingFault: IntakeFault | undefined;
  close(): Promise<void>;
}

/**
 * `POST /api/v2/series` and `GET /api/v1/validate`: 403 for a wrong key, gzip and deflate, 413 over either size
 * limit, and 202 for points outside the time window, which are dropped without a word.
 */
export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const store = createMetricStore();
  const payloads: ReceivedPayload[] = [];
  const faults: IntakeFault[] = [];
  const { clock, historical = false } = options;

  const intake: Omit<Intake, 'url'> = {
    query: store.query,
    payloads,
    faults,
    lastingFault: undefined,
    close: () => close(server),
  };

  const takeSeries = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const fault = faults.shift();
    if (fault !== undefined) return meet(fault, request, response);
    const payload = await readPayload(body, request.headers['content-encoding']);
    payloads.push(payload);
    const keeps = (timestamp: number) => verdictOn(timestamp, clock.now(), historical) === 'kept';
    for (const series of payload.series) store.write(series, keeps);
    answer(response, 202, { errors: [] });
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = `${request.method} ${request.url}`;
    if (intake.lastingFault !== undefined) return meet(intake.lastingFault, request, response);
    if (request.headers['dd-api-key'] !== options.apiKey) return refuse(request, response);
    if (call === 'GET /api/v1/validate') return answer(response, 200, { valid: true });
    if (call === 'POST /api/v2/series') return takeSeries(request, response);
    answer(response, 404, { errors: ['Not found'] });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (error instanceof BadPayload) answer(response, error.status, { errors: [error.message] });
      else response.destroy();
    });
  });
  const url = await listen(server, options.port ?? 0);
  return Object.assign(intake, { url });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  answer(response, 403, { errors: ['Forbidden'] });
}

function meet(fault: IntakeFault, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  if (fault === 'hang') return;
  if (fault === 'cut') response.destroy();
  else answer(response, fault.status, fault.body ?? { errors: [`Fault ${fault.status}`] }, fault.headers);
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://127.0.0.1:${bound}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
