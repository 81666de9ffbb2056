/** Requests in flight that several processes limit together, since one server counts them together. */
export interface SharedLimit {
  /** Takes part. @param name what the limit is of, the same in all processes, and no secret */
  join(name: string, member: LimitMember): LimitShare;
}

/** Who takes part. */
export interface LimitMember {
  /** Requests that it has in flight at most, whatever the others do. */
  readonly most: number;
  /** Requests that are in flight now, and that wait to be sent. */
  demand(): { readonly inFlight: number; readonly waiting: number };
  /** From now on it may have so many in flight. */
  grant(permits: number): void;
  /** Another one was refused: nobody sends anything for so long. */
  pause(ms: number): void;
}

/** How a try was refused as one too many. */
export interface Refused {
  /** How long everybody is to wait. */
  readonly waitMs: number;
  /** True where it was sent before the latest pause began: it tells nothing new. */
  readonly isLate: boolean;
}

/** What a member has of the limit, and tells of how its requests went. None of it waits, but for leaving. */
export interface LimitShare {
  /** A request waits to be sent. */
  wanted(): void;
  succeeded(): void;
  refused(refused: Refused): void;
  /** Gives all of it back; resolves when that has been told, or cannot be. */
  leave(): Promise<void>;
}
