/**
 * Readings of a project's days that have begun and not ended. What names the project's things comes after them: it has a
 * row for everything that they have named.
 */
export class FactsUnderWay {
  #readings = 0;
  #waiting: (() => void)[] = [];

  /** The same reading, counted. */
  async *count<Part>(reading: AsyncIterable<Part>): AsyncGenerator<Part> {
    this.#readings += 1;
    try {
      yield* reading;
    } finally {
      this.#readings -= 1;
      if (this.#readings === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }

  /** Resolves when all that have begun have ended. */
  async ended(): Promise<void> {
    if (this.#readings > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
