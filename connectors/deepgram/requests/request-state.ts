import { epochMs, type Timestamp } from '../../../src/time/timestamp.js';
import type { Json } from '../api/tolerant-json.js';
import type { RequestStatus } from '../streams/requests.js';

/** Times after which a request is called something else, or is final, in milliseconds. */
export interface StateAges {
  readonly unknownAfterMs: number;
  readonly lostAfterMs: number;
  /** After its completion: until then a successful request that has no cost may still get one. */
  readonly pricedWithinMs: number;
}

/** What Deepgram does not say itself. @param response undefined while there is none */
export function requestStatus(
  { response, code, created }: { response: Json | undefined; code: number | null; created: Timestamp },
  ages: StateAges,
  now: number,
): RequestStatus {
  if (code !== null && code >= 400) return 'error';
  // What a redirect means here is not documented: neither a success nor an error, and it stays so.
  if (response && code !== null) return code < 300 ? 'success' : 'unknown';
  const age = now - epochMs(created);
  if (age >= ages.lostAfterMs) return response ? 'unknown' : 'lost';
  return age >= ages.unknownAfterMs ? 'unknown' : 'pending';
}

/**
 * An object without fields is none: "if a response has not yet been generated, this object will be empty".
 *
 * @see https://developers.deepgram.com/reference/deepgram-api-overview
 */
export function unlessEmpty(object: Json | undefined): Json | undefined {
  for (const _name in object) return object;
  return undefined;
}
