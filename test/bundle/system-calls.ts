import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended, Program } from './program.js';

/** A system call of the program; what ended before another started is known to come before it. */
export interface SystemCall {
  readonly name: string;
  /** As `strace` shows them: file descriptors with their paths. */
  readonly args: string;
  /** Places in the trace, which is in the order of time. */
  readonly startedAt: number;
  readonly endedAt: number;
}

const STRACE = 'strace';

/** True where it is there and may be used. */
export const canTrace = spawnSync(STRACE, ['-o', '/dev/null', 'true']).status === 0;

const TRACED = 'fsync,fdatasync,mkdir,mkdirat,rename,renameat,renameat2,write,writev,pwrite64';
const TEXT_SHOWN = '64';

/** Runs the program with these arguments, and tells what it asked of the system. */
export async function trace(
  program: Program,
  line: string,
): Promise<{ readonly ended: Ended; readonly calls: readonly SystemCall[] }> {
  const strace = [STRACE, '-f', '-y', '-s', TEXT_SHOWN, '-o', 'trace.txt', '-e', `trace=${TRACED}`] as const;
  const ended = await program.runBelow(strace, line);
  return { ended, calls: callsIn(await readFile(join(program.cwd, 'trace.txt'), 'utf8')) };
}

/** A call that another thread interrupts is on two lines: `1 fsync(3</a> <unfinished ...>`, `1 <... fsync resumed>)`. */
function callsIn(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, Omit<SystemCall, 'endedAt'>>();
  for (const [at, line] of text.split('\n').entries()) {
    const [, thread = '', resumed, name = '', args = ''] =
      /^(\d+) +(?:(<\.\.\. \w+ resumed>)|(\w+)\()(.*)$/.exec(line) ?? [];
    const started = resumed === undefined ? { name, args, startedAt: at } : open.get(thread);
    if (started === undefined || started.name === '') continue;
    if (args.endsWith('<unfinished ...>')) open.set(thread, started);
    else calls.push({ ...started, endedAt: at });
  }
  return calls;
}
