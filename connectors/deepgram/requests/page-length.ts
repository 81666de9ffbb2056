/**
 * What the pages of a run have shown of how many records the server gives at most. It need not say so: a page shorter
 * than asked for may have more behind it. Shared by all readings of a run.
 *
 * @see https://developers.deepgram.com/docs/python-sdk-usage where `limit` has a "Maximum of 100", and 1000 elsewhere
 */
export class PageLength {
  #promised = Number.POSITIVE_INFINITY;
  #longest = 0;
  #whole = 0;
  #misleads = false;

  /** True once a page shorter than the server promised had more behind it. */
  get misleads(): boolean {
    return this.#misleads;
  }

  /** Records of a page that has more behind it, where so many are asked for. */
  full(asked: number): number {
    return Math.min(asked, this.#promised, this.#misleads ? this.#longest : asked);
  }

  /** True where a page of so many was the last one before, or a longer one came: the server had not cut it off. */
  isWhole(records: number): boolean {
    return records <= this.#whole;
  }

  /** A page of so many records came, where the server says that one has `promised` while there are more. */
  came(records: number, promised: number): void {
    this.#promised = promised;
    this.#longest = Math.max(this.#longest, records);
    this.#whole = Math.max(this.#whole, records - 1);
  }

  /** Nothing new came behind a short page of so many. */
  ended(records: number): void {
    this.#whole = Math.max(this.#whole, records);
  }

  /** More came behind a short page. */
  wentOn(): void {
    this.#misleads = true;
  }
}
