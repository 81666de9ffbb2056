import { fork } from 'node:child_process';
import { on } from 'node:events';

/** How a process is asked to be one of `--jobs`: it is no option of users. */
export const JOB_PROCESS = '--job-process';

/** Another process of the program, which this one has started. Messages are plain data, maps included. */
export interface ProcessChannel {
  send(message: unknown): void;
  onMessage(hear: (message: unknown) => void): void;
  /** Told once, in words that go on: `ended with 1`, `was ended by SIGKILL`. */
  onEnd(hear: (how: string) => void): void;
  /** Ends it, and resolves when it has ended. */
  close(): Promise<void>;
}

/** The process that has started this one. */
export interface ParentChannel {
  /** Ends when that process does. */
  readonly messages: AsyncIterator<unknown>;
  send(message: unknown): void;
}

/** What is still open in a process that is not needed any more gets so long to be taken back, in milliseconds. */
const END_MS = 10_000;

/** @param program the file that the program is run by */
export function startProcess(program: string): ProcessChannel {
  const child = fork(program, [JOB_PROCESS], {
    serialization: 'advanced',
    // What it has to say it says in messages; but for what ends it.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `ended with ${code}` : `was ended by ${signal}`),
    );
  });
  return {
    // Of one that has just ended, its end is told.
    send: (message) => void child.send(message as object, () => {}),
    onMessage: (hear) => void child.on('message', hear),
    onEnd: (hear) => void ended.then(hear),
    close: async () => {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Undefined where no process of the program has started this one. */
export function parentChannel(process: NodeJS.Process): ParentChannel | undefined {
  if (!process.connected) return undefined;
  const end = new AbortController();
  process.once('disconnect', () => end.abort());
  const events = on(process, 'message', { signal: end.signal });
  return {
    messages: {
      next: async () => {
        const next = await events.next().catch(() => ({ done: true, value: undefined }) as const);
        return next.done ? { done: true, value: undefined } : { done: false, value: next.value[0] };
      },
    },
    // Nobody is there to hear it, once the channel is closed.
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
  };
}
