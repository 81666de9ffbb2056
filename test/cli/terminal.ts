import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../connectors/index.js';
import { folderContents } from '../../connectors/testing/folder-contents.js';
import type { Catalogue } from '../../src/catalogue/catalogue.js';
import { main } from '../../src/cli/main.js';
import { ExportError } from '../../src/errors/export-error.js';
import { type Output, Screen } from '../../src/log/screen.js';
import type { Clock } from '../../src/time/clock.js';

/** The moment that is now in these tests. */
export const NOW = Date.parse('2026-11-20T12:00:00Z');

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** Default 100. */
  readonly columns?: number;
  /** Default: time stands still at {@link NOW}, and waits take none. */
  readonly clock?: Clock;
  /** What the program is made of. Default: what we ship. */
  readonly catalogue?: Catalogue;
}

/** The program's surroundings as a test sees them: a folder of its own within one that is empty, what was printed, and a way to interrupt. */
export class Terminal {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly #stdout: CapturedOutput;
  readonly #stderr: CapturedOutput;
  readonly #clock: Clock;
  readonly #catalogue: Catalogue;
  readonly #interrupt = new AbortController();
  #interruptCode: number | undefined;

  private constructor(cwd: string, options: TerminalOptions) {
    this.cwd = cwd;
    this.env = { ...options.env };
    this.#stdout = new CapturedOutput(options);
    this.#stderr = new CapturedOutput(options);
    this.#clock = options.clock ?? { now: () => NOW, sleep: async () => {} };
    this.#catalogue = options.catalogue ?? catalogue;
  }

  static async open(options: TerminalOptions = {}): Promise<Terminal> {
    const cwd = join(await mkdtemp(join(tmpdir(), 'cli-')), 'work');
    await mkdir(cwd);
    return new Terminal(cwd, options);
  }

  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  /** Runs the program with these arguments; resolves to its exit code. */
  run(...argv: readonly string[]): Promise<number> {
    const program = {
      env: this.env,
      cwd: this.cwd,
      screen: new Screen(this.#stdout, this.#stderr, this.env),
      clock: this.#clock,
      signal: this.#interrupt.signal,
      interruptCode: () => this.#interruptCode,
    };
    return main(argv, program, this.#catalogue);
  }

  /** What a signal does to the program; `code` is 130 or 143. */
  interrupt(code: number): void {
    this.#interruptCode = code;
    this.#interrupt.abort(new ExportError('ABORTED', 'Interrupted by a signal.', { kind: 'interrupted' }));
  }

  /** A later start of the program in the same folder and environment; what it prints goes to a file, or to this screen. */
  again(screen: Pick<TerminalOptions, 'isTTY' | 'columns'> = {}): Terminal {
    return new Terminal(this.cwd, {
      env: this.env,
      clock: this.#clock,
      catalogue: this.#catalogue,
      ...screen,
    });
  }

  /** The program started in a folder below this one. */
  in(folder: string): Terminal {
    return new Terminal(join(this.cwd, folder), {
      env: this.env,
      clock: this.#clock,
      catalogue: this.#catalogue,
    });
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.cwd, name), text);
  }

  /** Every file below the working directory, or below a folder in it, by its path. */
  files(folder = '.'): Promise<Record<string, string>> {
    return folderContents(join(this.cwd, folder));
  }
}

class CapturedOutput implements Output {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor({ isTTY = false, columns = 100 }: TerminalOptions) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}
