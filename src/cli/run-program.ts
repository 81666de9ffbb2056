import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Catalogue } from '../catalogue/catalogue.js';
import { ExportError } from '../errors/export-error.js';
import { whyNotWritten } from '../files/file-error.js';
import { Screen } from '../log/screen.js';
import { EXIT } from '../summary/exit-code.js';
import { systemClock } from '../time/clock.js';
import { main } from './main.js';

/** Runs the program in this process: its arguments, streams, signals and exit code. */
export async function runProgram(catalogue: Catalogue): Promise<void> {
  setFlags();
  if (process.argv[2] === '--job-process') return runJobProcess(catalogue);
  const screen = new Screen(process.stdout, process.stderr, process.env);
  const interrupt = new AbortController();
  let interruptCode: number | undefined;
  for (const signal of SIGNALS) {
    const number = constants.signals[signal];
    if (number === undefined) continue; // Windows does not have all of them
    const code = 128 + number;
    process.on(signal, () => {
      if (interruptCode !== undefined) process.exit(code); // asked twice: at once
      interruptCode = code;
      screen.line(`${signal}: ending what is under way. Once more ends it at once.`);
      interrupt.abort(new ExportError('ABORTED', `Interrupted by ${signal}.`, { kind: 'interrupted' }));
    });
  }
  // A reader that has gone away, as `head` does, or a full disk is no reason for a stack trace.
  let unwritten: unknown;
  process.stdout.on('error', (error) => {
    unwritten ??= error;
  });
  process.stderr.on('error', () => {});

  const context = {
    program: process.argv[1],
    env: process.env,
    cwd: process.cwd(),
    screen,
    clock: systemClock,
    signal: interrupt.signal,
    interruptCode: () => interruptCode,
  };
  const exitCode = await main(process.argv.slice(2), context, catalogue);
  await new Promise((resolve) => process.stdout.write('', resolve));
  if (unwritten !== undefined) {
    screen.line(`The results could not be written to stdout: ${whyNotWritten(unwritten)[0]}.`);
  }
  process.exitCode = exitCode === EXIT.delivered && unwritten !== undefined ? EXIT.unwritten : exitCode;
}

/** One of the processes of `--jobs`: it ends when the one does that has started it, whatever signals both of them get. */
async function runJobProcess(catalogue: Catalogue): Promise<void> {
  for (const signal of SIGNALS) process.on(signal, () => {});
  const [{ jobProcess }, { parentChannel }] = await Promise.all([
    import('./jobs/job-process.js'),
    import('./jobs/channels.js'),
  ]);
  const parent = parentChannel(process);
  if (parent === undefined) return;
  const screen = new Screen(process.stdout, process.stderr, process.env);
  const context = {
    env: process.env,
    cwd: process.cwd(),
    screen,
    clock: systemClock,
    signal: new AbortController().signal,
    interruptCode: () => undefined,
    catalogue,
  };
  await jobProcess(parent, context);
  process.disconnect?.();
}

/** What users, terminals, schedulers and time limits end a program with; it writes its summary first. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGALRM'] as const;

function setFlags(): void {
  // Pages are parsed and forgotten; left to itself, V8 lets some 50 MB of live data grow to several times that. With
  // less than this, collecting would take a quarter of the time.
  setFlagsFromString('--heap-growing-percent=100');
  // undici's HTTP parser is WebAssembly. To compile it a second time, better, takes a second thread 0.2 s, which a short
  // run waits for at its end; it has a few headers to read for each page, and is quick enough as it is.
  setFlagsFromString('--wasm-tiering-budget=2000000000');
}
