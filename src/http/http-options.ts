import type { Log } from '../log/log.js';
import type { Clock } from '../time/clock.js';
import type { HttpAnswer, RefusalDetails } from './http-client.js';
import type { LimitMember, LimitShare } from './pacing/shared-limit.js';

/** Milliseconds, and bytes after decompression. */
export interface HttpLimits {
  /** To open a connection, TLS included. */
  readonly connectMs: number;
  /** From the request sent to the head of the answer. */
  readonly headersMs: number;
  /** Between two pieces of a body. */
  readonly bodyMs: number;
  /** For one try, redirects included. */
  readonly totalMs: number;
  /** For one `send` with all its tries and waits, counted from its first try. */
  readonly deadlineMs: number;
  /** For one body. */
  readonly maxBodyBytes: number;
  /** For all bodies that are being received or parsed at once; one of them alone may pass it. */
  readonly maxHeldBytes: number;
  /** For a single wait that a server asks for; a longer one is cut to this. */
  readonly maxWaitMs: number;
}

export interface HttpRetries {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** The longest wait before the second try; doubled before each further one. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export interface HttpClientOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Requests in flight at most; the client goes below it when a server says 429. Default 8. */
  readonly maxConcurrency?: number;
  /** Takes part in a limit that several processes keep together. Default: it has one of its own. */
  readonly share?: ((member: LimitMember) => LimitShare) | undefined;
  readonly limits?: Partial<HttpLimits>;
  readonly retries?: Partial<HttpRetries>;
  /** Reads a vendor's error body. What it throws is ignored. */
  readonly explain?: (answer: HttpAnswer) => RefusalDetails;
  /** From 0 up to, not including, 1; spreads the waits. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Hosts beside this machine that may be called without encryption, as `URL` spells them: those that a cloud has on the
   * machine's own link, and that answer no other way. Default: none.
   */
  readonly plainHosts?: readonly string[];
  /** Where `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are looked up. Default: none is used. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export const DEFAULT_CONCURRENCY = 8;

export const DEFAULT_LIMITS: HttpLimits = {
  connectMs: 10_000,
  headersMs: 60_000,
  bodyMs: 60_000,
  totalMs: 120_000,
  deadlineMs: 300_000,
  maxBodyBytes: 64 * 1024 * 1024,
  maxHeldBytes: 32 * 1024 * 1024,
  maxWaitMs: 120_000,
};

export const DEFAULT_RETRIES: HttpRetries = { attempts: 6, firstDelayMs: 500, maxDelayMs: 30_000 };
