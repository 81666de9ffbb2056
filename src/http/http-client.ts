import type { ErrorKind } from '../errors/export-error.js';
import type { Secret } from '../secrets/secret.js';
import type { HttpStats } from './http-stats.js';

/** An answer whose body has been read and decoded. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A try that failed; without a status where no answer came. */
export interface FailedCall {
  readonly status?: number | undefined;
}

export interface HttpRequest<T> {
  readonly url: string;
  /** Default `GET`. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly body?: Buffer;
  /** What is being done, as it follows "Could not" in logs and errors: `read requests of project Support, 2026-11-20, page 3`. */
  readonly what: string;
  readonly signal: AbortSignal;
  /**
   * Tries after which a 502, a 504 or a time-out stands, since the caller then asks for less. Default: as many as after
   * any other failure.
   */
  readonly slowAttempts?: number | undefined;
  /** The most that its answer can rightly be, in bytes after decompression. Default, and at most: the client's. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Told of each try that failed: what it asked for may have been done all the same, where no answer or none of the
   * server's own came.
   */
  readonly onFailedTry?: ((failure: FailedCall) => void) | undefined;
  /**
   * Makes the result of a 2xx answer; the memory of its body is then nobody else's. What it throws counts as a broken body,
   * which is tried again, unless it is an `HTTP_BODY` or `HTTP_TOO_LARGE` of a kind that is not.
   */
  readonly parse: (answer: HttpAnswer) => T;
}

/** What a vendor's error body says. */
export interface RefusalDetails {
  /** In the vendor's words. */
  readonly message?: string | undefined;
  /** What the user can do. */
  readonly hint?: string | undefined;
  readonly requestId?: string | undefined;
  /** Where the body tells it better than the status. Default: by the status. */
  readonly kind?: ErrorKind | undefined;
  /** The permission that the key lacks, where that is what the body says. */
  readonly lacks?: string | undefined;
}

/** One host's worth of HTTP: retries, waits, concurrency and time limits are its business, not the caller's. */
export interface HttpClient {
  send<T>(request: HttpRequest<T>): Promise<T>;
  readonly stats: HttpStats;
  close(): Promise<void>;
}
