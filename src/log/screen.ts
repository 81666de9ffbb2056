import type { Mask } from '../secrets/mask.js';
import { hangingLines } from '../text/hanging-lines.js';
import { oneLine, printable } from '../text/one-line.js';

/** As much of a stream as is written to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** 0 where the terminal does not say. */
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

  /** True where a line can be drawn again: on a terminal that knows how. */
  readonly isLive: boolean;

  /** @param env says what the terminal can do. Default: everything. */
  constructor(stdout: Output, stderr: Output, env: Readonly<Record<string, string | undefined>> = {}) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.isLive = stderr.isTTY === true && env.TERM !== 'dumb';
  }

  /** From now on, these secrets are replaced in everything that is written. */
  maskWith(mask: Mask): void {
    this.#mask = mask;
  }

  masked(text: string): string {
    return this.#mask(text);
  }

  /** A result for programs, to stdout: as it is, however long its lines are. */
  result(text: string): void {
    this.live('');
    this.stdout.write(printable(this.#mask(text)));
  }

  /** A result for people, to stdout: on a terminal its lines break between words. */
  text(text: string): void {
    this.live('');
    this.stdout.write(this.#fitted(text, this.stdout));
  }

  /** A line of the log for programs, to stderr. */
  record(text: string): void {
    this.#log(printable(this.#mask(text)));
  }

  /** A line of the log for people, to stderr. */
  line(text: string): void {
    this.#log(this.#fitted(text, this.stderr));
  }

  #log(text: string): void {
    const live = this.#live;
    this.live('');
    this.stderr.write(`${text}\n`);
    this.live(live);
  }

  /** Made harmless last: a word may come to stand at the start of a line. */
  #fitted(text: string, { isTTY, columns }: Output): string {
    const shown = printable(this.#mask(text));
    return isTTY && columns ? printable(hangingLines(shown, columns)) : shown;
  }

  /**
   * A line of the log that GitHub shows beside the run; what its message holds is text to it, whatever that is.
   *
   * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
   */
  annotation(level: 'error' | 'warning', message: string): void {
    const text = printable(this.#mask(message))
      .replace(/%/g, '%25')
      .replace(/\r/g, '%0D')
      .replace(/\n/g, '%0A');
    this.#log(`::${level}::${text}`);
  }

  /** Replaces the live line of a terminal; nothing elsewhere. */
  live(text: string): void {
    if (!this.isLive || text === this.#live) return;
    const width = (this.stderr.columns || 80) - 1;
    this.stderr.write(`\r\u001B[2K${printable(oneLine(this.#mask(text))).slice(0, width)}`);
    this.#live = text;
  }
}
