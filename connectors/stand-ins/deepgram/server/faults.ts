import { mix, Random } from '../random/random.js';

/**
 * What can go wrong with an answer:
 * - `rate-limited`, `rate-limited-seconds`, `rate-limited-date`: 429 without `Retry-After`, with seconds, with a date;
 * - `request-timeout` 408, `server-error` 500, `bad-gateway` 502 with an HTML body, `gateway-timeout` 504;
 * - `payload-too-large` 413, `limit-refused` 400: what a server says that gives less than was asked for;
 * - `unauthorized` 401, `forbidden` 403 that names a scope, `not-found` 404, `gone` 410;
 * - `reset`: the connection is reset instead of an answer;
 * - `cut-body`: the connection ends in the middle of the body; `broken-json`: 200 and half of the JSON;
 * - `html`: 200 and a page for people;
 * - `error-in-200`: 200 and an error in place of what was asked for;
 * - `short-list`, `empty-list`: 200 and half of the list that was asked for, or none of it;
 * - `stalled-headers`: nothing ever comes; `stalled-body`: the body never goes on;
 * - `slow-drip`: the body comes byte by byte;
 * - `redirect`: 307 to the same call on another host name.
 */
export type FaultKind =
  | 'rate-limited'
  | 'rate-limited-seconds'
  | 'rate-limited-date'
  | 'request-timeout'
  | 'server-error'
  | 'bad-gateway'
  | 'gateway-timeout'
  | 'payload-too-large'
  | 'limit-refused'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'gone'
  | 'reset'
  | 'cut-body'
  | 'broken-json'
  | 'html'
  | 'error-in-200'
  | 'short-list'
  | 'empty-list'
  | 'stalled-headers'
  | 'stalled-body'
  | 'slow-drip'
  | 'redirect';

/** A call that the stand-in received. */
export interface Call {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorizationOk: boolean;
  /** What was made to go wrong with it. */
  readonly fault: FaultKind | undefined;
}

export type CallMatch = (call: Omit<Call, 'fault'>) => boolean;

/** What shall go wrong, and when. Faults ordered with `next` come before those of `rate`. */
export class Faults {
  /** Seconds that `rate-limited-seconds` and `rate-limited-date` ask to wait. Default 1. */
  retryAfterSeconds = 1;
  /** Milliseconds between two bytes of a `slow-drip`. Default 50. */
  dripMs = 50;

  readonly #queue: { kind: FaultKind; left: number; match: CallMatch }[] = [];
  #rate:
    | { share: number; random: Random; kinds: readonly [FaultKind, ...FaultKind[]]; match: CallMatch }
    | undefined;

  /** The next `count` calls (that match) go wrong in this way. */
  next(kind: FaultKind, count = 1, match: CallMatch = () => true): void {
    this.#queue.push({ kind, left: count, match });
  }

  /** From now on this share of the calls (that match) go wrong, in one of these ways; the seed says which. */
  rate(
    share: number,
    seed: number,
    kinds: readonly [FaultKind, ...FaultKind[]],
    match: CallMatch = () => true,
  ): void {
    this.#rate = { share, random: new Random(mix(seed, 1)), kinds, match };
  }

  /** From now on nothing goes wrong. */
  clear(): void {
    this.#queue.length = 0;
    this.#rate = undefined;
  }

  /** What shall go wrong with this call; counts as used. */
  take(call: Omit<Call, 'fault'>): FaultKind | undefined {
    const next = this.#queue.find(({ left, match }) => left > 0 && match(call));
    if (next) {
      next.left -= 1;
      return next.kind;
    }
    if (!this.#rate?.match(call)) return undefined;
    return this.#rate.random.chance(this.#rate.share) ? this.#rate.random.pick(this.#rate.kinds) : undefined;
  }
}
