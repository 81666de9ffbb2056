/** What an account was asked for. */
export class Counts {
  payloads = 0;
  #inFlight = 0;
  #calls = 0;
  #refused = 0;
  #bytes = 0;
  #payloadBytes = 0;
  #peakInFlight = 0;
  /** Milliseconds that calls were in flight, added up. */
  #busyMs = 0;
  #firstMs;
  #lastMs = 0;

  /** Takes a call in; false where so many are in flight already. A refused call is never in flight. */
  begin(most = Number.POSITIVE_INFINITY) {
    this.#pass();
    this.#calls += 1;
    if (this.#inFlight >= most) {
      this.#refused += 1;
      return false;
    }
    this.#inFlight += 1;
    this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight);
    return true;
  }

  /** The answer is ready. A client may have it, and be back with its next call, before its connection says so. */
  end(bytes) {
    this.#pass();
    this.#inFlight -= 1;
    this.#bytes += bytes;
  }

  take(bytes) {
    this.#payloadBytes += bytes;
  }

  seen() {
    return {
      calls: this.#calls,
      refused: this.#refused,
      bytes: this.#bytes,
      peakInFlight: this.#peakInFlight,
      /** Calls in flight on average, from the first to the last. */
      inFlight: this.#busyMs / Math.max(1, this.#lastMs - (this.#firstMs ?? 0)),
      payloads: this.payloads,
      payloadBytes: this.#payloadBytes,
    };
  }

  #pass() {
    const now = performance.now();
    this.#firstMs ??= now;
    if (this.#lastMs > 0) this.#busyMs += this.#inFlight * (now - this.#lastMs);
    this.#lastMs = now;
  }
}
