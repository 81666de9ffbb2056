import { onTestFinished, vi } from 'vitest';
import { ExportError } from '../../src/errors/export-error.js';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../src/http/http-client.js';
import type { HttpClientOptions } from '../../src/http/http-options.js';
import { createHttpClient } from '../../src/http/undici-client.js';
import { type Log, silentLog } from '../../src/log/log.js';
import type { Clock } from '../../src/time/clock.js';

/** A clock whose sleeps pass at once, and are written down. */
export interface TestClock extends Clock {
  readonly slept: readonly number[];
}

export const START = Date.parse('2026-11-20T12:00:00Z');

export function testClock(): TestClock {
  const slept: number[] = [];
  let now = START;
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      slept.push(ms);
      // A turn of the event loop, in which answers under way can still arrive.
      await new Promise((resolve) => setTimeout(resolve, 30));
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

export interface TestClient {
  readonly client: HttpClient;
  readonly clock: TestClock;
  /** `warn 127.0.0.1 answered …` */
  readonly logged: readonly string[];
  get(url: string, request?: Partial<HttpRequest<unknown>>): Promise<unknown>;
}

export function testClient(options: Partial<HttpClientOptions> = {}): TestClient {
  const logged: string[] = [];
  const at = (level: keyof Log) => (message: string) => void logged.push(`${level} ${message}`);
  const log: Log = {
    ...silentLog,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
  const clock = testClock();
  const client = createHttpClient({ log, clock, userAgent: 'test/1', random: () => 0.5, ...options });
  onTestFinished(() => client.close());
  return {
    client,
    clock,
    logged,
    get: (url, request = {}) =>
      client.send({
        url,
        what: 'read things',
        signal: new AbortController().signal,
        parse: parseJson,
        ...request,
      }),
  };
}

export function parseJson(answer: HttpAnswer): unknown {
  return JSON.parse(answer.body.toString('utf8'));
}

/** Resolves when something has come true, however long that takes on a busy machine. */
export function until(condition: () => boolean): Promise<unknown> {
  return vi.waitUntil(condition, { timeout: 60_000, interval: 5 });
}

/** The error that a promise rejects with; fails the test where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<ExportError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ExportError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}
