/** What a client has asked of the network so far. */
export interface HttpStats {
  /** Requests sent, tries included. */
  readonly calls: number;
  /** Requests that were tries after a failure. */
  readonly retries: number;
  /** Time during which the client held back because a server asked for it or failed. */
  readonly waitedMs: number;
  /** Body bytes received, after decompression. */
  readonly receivedBytes: number;
  /** The request that has waited longest for its answer, and since when, in milliseconds; undefined where none waits. */
  readonly waiting?: { readonly what: string; readonly sinceMs: number } | undefined;
}
