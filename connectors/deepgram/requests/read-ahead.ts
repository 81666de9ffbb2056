/**
 * Room for what has been read and not yet been handed on, shared by everything that is read at once: this is
 * what bounds the memory of a run.
 */
export class ReadAhead {
  /** Pages of requests that may be held at once, beside what each partition is waiting for. */
  readonly pages: number;
  #free: number;

  constructor(pages: number) {
    this.pages = pages;
    this.#free = pages;
  }

  /** True when there was room for so many pages; then {@link leave} must follow with as many. */
  tryEnter(pages: number): boolean {
    if (this.#free < pages) return false;
    this.#free -= pages;
    return true;
  }

  leave(pages: number): void {
    this.#free += pages;
  }
}
