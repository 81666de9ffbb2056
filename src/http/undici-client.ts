import { setMaxListeners } from 'node:events';
import { formatDuration } from '../time/duration.js';
import { withTimeout } from '../time/limits.js';
import type { BodyBounds } from './exchange/body.js';
import { createDispatcher } from './exchange/dispatcher.js';
import { exchange, type WireRequest } from './exchange/exchange.js';
import { headersToSend, maskOfHeaders } from './exchange/headers.js';
import { readAnswer } from './exchange/read-answer.js';
import { followRedirects } from './exchange/redirect.js';
import { placeOf, targetOf } from './exchange/target.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.js';
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_LIMITS,
  DEFAULT_RETRIES,
  type HttpClientOptions,
} from './http-options.js';
import { createBodyRooms } from './pacing/body-room.js';
import { createPause } from './pacing/pause.js';
import { createPermits } from './pacing/permits.js';
import { createSemaphore, createSharedSemaphore } from './pacing/semaphore.js';
import { createWaitMeter } from './pacing/wait-meter.js';
import { FailedTry, toExportError } from './retry/failed-try.js';
import { timedOut } from './retry/network-failure.js';
import { withRetries } from './retry/retry.js';

/**
 * A client with connections, waits and concurrency of its own. `send` throws an `ExportError`: `CONFIG_INVALID`
 * for a URL or header that must not or cannot be sent, `HTTP_STATUS`, `HTTP_NETWORK`, `HTTP_TIMEOUT`,
 * `HTTP_BODY`, `HTTP_TOO_LARGE`, `HTTP_REDIRECT`, or the reason of the aborted signal.
 *
 * @throws `CONFIG_INVALID` where the environment names a proxy that is no URL.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { log, clock } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  /** Requests that were sent and have no answer yet, the oldest first. */
  const waiting = new Set<{ readonly what: string; sinceMs: number }>();
  const stats = {
    calls: 0,
    retries: 0,
    waitedMs: 0,
    receivedBytes: 0,
    get waiting() {
      return waiting.values().next().value;
    },
  };
  const waitMeter = createWaitMeter(clock, (ms) => {
    stats.waitedMs += ms;
  });
  const maxConcurrency = options.maxConcurrency ?? DEFAULT_CONCURRENCY;
  const pause = createPause(clock, waitMeter);
  const semaphore = options.share
    ? createSharedSemaphore(maxConcurrency, options.share, (ms) => pause.begin(ms, pause.count))
    : createSemaphore(maxConcurrency);
  const permits = createPermits(semaphore, pause, log);
  const dispatcher = createDispatcher(limits, maxConcurrency, options.env ?? {});
  const rooms = createBodyRooms(limits.maxHeldBytes);
  /** How tries failed, each said once: how many there were is in the statistics. */
  const told = new Set<string>();
  const tools = {
    log,
    clock,
    limits,
    retries: { ...DEFAULT_RETRIES, ...options.retries },
    random: options.random ?? Math.random,
    permits,
    waitMeter,
    isNews: (host: string, { message }: FailedTry) => {
      const size = told.size;
      return told.add(`${host} ${message}`).size > size;
    },
  };

  const call = async (wire: WireRequest, bounds: BodyBounds): Promise<HttpAnswer> => {
    stats.calls += 1;
    const answer = await exchange(dispatcher, wire, bounds);
    stats.receivedBytes += answer.body.length;
    return answer;
  };
  const late = () => timedOut(`did not finish its answer within ${formatDuration(limits.totalMs)}`);

  const send = async <T>(request: HttpRequest<T>): Promise<T> => {
    const wire = wireOf(request, options);
    // One signal for all requests of a run is the rule here; Node would take its listeners for a leak.
    setMaxListeners(0, request.signal);
    const reader = {
      parse: request.parse,
      wantsPart: request.headers?.range !== undefined,
      explain: options.explain ?? (() => ({})),
      mask: (text: string) => maskOfHeaders(request.headers ?? {})(text),
      now: clock.now,
    };
    const { what, slowAttempts, maxBodyBytes = limits.maxBodyBytes } = request;
    const own = { ...limits, maxBodyBytes: Math.min(limits.maxBodyBytes, maxBodyBytes) };
    let tries = 0;
    const asked = { what, sinceMs: 0 };
    const run = async (attempt: number, signal: AbortSignal): Promise<T> => {
      tries = attempt;
      if (attempt === 1) {
        asked.sinceMs = clock.now();
        waiting.add(asked);
      }
      if (attempt > 1) stats.retries += 1;
      const room = rooms.open();
      try {
        const answer = await withTimeout(signal, limits.totalMs, late, (ending) =>
          followRedirects(wire, (hop) => call(hop, { limits: own, room, signal: ending })),
        );
        return readAnswer(answer, reader);
      } catch (error) {
        if (error instanceof FailedTry) request.onFailedTry?.({ status: error.details.status });
        throw error;
      } finally {
        room.leave();
      }
    };
    try {
      return await withRetries({ what, host: wire.url.host, slowAttempts, run }, tools, request.signal);
    } catch (error) {
      throw error instanceof FailedTry
        ? toExportError(error, request.what, placeOf(wire.url), wire.url.host, tries)
        : error;
    } finally {
      waiting.delete(asked);
    }
  };

  return {
    send,
    stats,
    async close() {
      await Promise.all([permits.close(), dispatcher.destroy()]);
    },
  };
}

function wireOf(
  request: HttpRequest<unknown>,
  { userAgent, plainHosts = [] }: HttpClientOptions,
): WireRequest {
  return {
    url: targetOf(request.url, request.what, plainHosts),
    method: request.method ?? 'GET',
    headers: headersToSend(request.headers ?? {}, userAgent),
    body: request.body,
  };
}
