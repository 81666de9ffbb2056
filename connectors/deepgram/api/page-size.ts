import { ExportError } from '../../../src/errors/export-error.js';
import { isSlow } from '../../../src/http/retry/failed-try.js';

/** Tries of a call that takes the server too long, before it is asked for less: waiting does not make a range shorter. */
const SLOW_ATTEMPTS = 2;
/**
 * Successes after which the next larger size is tried again where the larger one was slow, which may have been the
 * server's bad minute; four times as many each time that it is slow again.
 */
const STEP = 20;

/**
 * How much one call asks for (records of a page, days of a range), shared by all calls of a kind in a run: smaller once
 * a server could not give as much, so that the next call begins with what worked.
 */
export class PageSize {
  readonly #most: number;
  readonly #least: number;
  readonly #divisor: number;
  #current: number;
  #step = STEP;
  #successes = 0;
  #wasSlow = false;
  #hasGrown = false;

  constructor({
    most,
    least,
    divisor,
  }: { readonly most: number; readonly least: number; readonly divisor: number }) {
    this.#most = most;
    this.#least = least;
    this.#divisor = divisor;
    this.#current = most;
  }

  get current(): number {
    return this.#current;
  }

  /**
   * True where a call that asked for so many failed because it was too much, and fewer can be asked for: then
   * {@link current} is smaller than what was asked. False for all other errors.
   */
  smaller(error: unknown, asked: number): boolean {
    return isTooMuch(error) && this.shrink(asked, isSlow(error));
  }

  /** As {@link smaller}, where an answer itself shows that it was too much. False for what is the least already. */
  shrink(asked: number, wasSlow = false): boolean {
    if (asked <= this.#least) return false;
    const next = Math.max(this.#least, Math.ceil(asked / this.#divisor));
    if (next >= this.#current) return true; // another call has found out before
    if (this.#hasGrown) this.#step *= 4;
    this.#hasGrown = false;
    this.#wasSlow = wasSlow;
    this.#current = next;
    this.#successes = 0;
    return true;
  }

  /** A call that asked for so many was answered. */
  worked(asked: number): void {
    if (!this.#wasSlow || this.#current === this.#most || asked < this.#current) return;
    this.#successes += 1;
    if (this.#successes < this.#step) return;
    this.#successes = 0;
    this.#hasGrown = true;
    this.#current = Math.min(this.#most, this.#current * this.#divisor);
  }

  /** For the option of that name of a call that asks for so many. */
  slowAttempts(asked: number): number | undefined {
    return asked > this.#least ? SLOW_ATTEMPTS : undefined;
  }

  /**
   * Asks for all of a list, a piece of the present size at a time; a piece that was too much is asked for in smaller
   * ones, and what was answered is not asked for again.
   *
   * @param get answers undefined where it has found out by {@link shrink} that it was too much
   */
  async inPieces<Item, Answer>(
    items: readonly Item[],
    get: (piece: readonly Item[], slowAttempts: number | undefined) => Promise<Answer | undefined>,
  ): Promise<readonly { readonly piece: readonly Item[]; readonly answer: Answer }[]> {
    const answers: { piece: readonly Item[]; answer: Answer }[] = [];
    for (let at = 0; at < items.length; ) {
      const piece = items.slice(at, at + this.#current);
      try {
        const answer = await get(piece, this.slowAttempts(piece.length));
        if (answer === undefined) continue;
        this.worked(piece.length);
        answers.push({ piece, answer });
        at += piece.length;
      } catch (error) {
        if (!this.smaller(error, piece.length)) throw error;
      }
    }
    return answers;
  }

  /**
   * Calls `get` with the present size, and from its beginning with a smaller one where that was too much. So `get` may
   * page: pages of different sizes never follow each other.
   */
  async ask<T>(get: (size: number, slowAttempts: number | undefined) => Promise<T>): Promise<T> {
    for (;;) {
      const asked = this.#current;
      try {
        const result = await get(asked, this.slowAttempts(asked));
        this.worked(asked);
        return result;
      } catch (error) {
        if (!this.smaller(error, asked)) throw error;
      }
    }
  }
}

/** True for an answer that would have been too large, took too long, or refused the `limit`. */
function isTooMuch(error: unknown): error is ExportError {
  if (!(error instanceof ExportError)) return false;
  return error.code === 'HTTP_TOO_LARGE' || error.status === 413 || isSlow(error) || refusesLimit(error);
}

function refusesLimit({ status, message }: ExportError): boolean {
  return (status === 400 || status === 422) && / answered 4\d\d [^:]*:.*\blimit\b/i.test(message);
}
