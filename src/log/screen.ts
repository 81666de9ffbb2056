import type { Mask } from '../secrets/mask.js';
import { oneLine, printable } from '../text/one-line.js';

/** As much of a stream as is written to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * The two streams that a person or a CI system reads. Everything on its way there is masked and then harmless, since a
 * mask may join what was apart; and the live line at the bottom of a terminal is kept out of the way of other lines.
 */
export class Screen {
  readonly stdout: Output;
  readonly stderr: Output;
  #mask: Mask = (text) => text;
  #live = '';

  constructor(stdout: Output, stderr: Output) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** From now on, these secrets are replaced in everything that is written. */
  maskWith(mask: Mask): void {
    this.#mask = mask;
  }

  masked(text: string): string {
    return this.#mask(text);
  }

  /** A result, to stdout. */
  result(text: string): void {
    this.live('');
    this.stdout.write(printable(this.#mask(text)));
  }

  /** A line of the log, to stderr. */
  line(text: string): void {
    const live = this.#live;
    this.live('');
    this.stderr.write(`${printable(this.#mask(text))}\n`);
    this.live(live);
  }

  /** Replaces the live line of a terminal; nothing elsewhere. */
  live(text: string): void {
    if (!this.stderr.isTTY || text === this.#live) return;
    const width = (this.stderr.columns ?? 80) - 1;
    this.stderr.write(`\r\u001B[2K${printable(oneLine(this.#mask(text))).slice(0, width)}`);
    this.#live = text;
  }
}
