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

/** What was asked, as plain data that can be added up. */
export type Traffic = Omit<HttpStats, 'waiting'>;

export function sumTraffic(parts: readonly Traffic[]): Traffic {
  const sum = (field: keyof Traffic) => parts.reduce((total, part) => total + part[field], 0);
  return {
    calls: sum('calls'),
    retries: sum('retries'),
    waitedMs: sum('waitedMs'),
    receivedBytes: sum('receivedBytes'),
  };
}
