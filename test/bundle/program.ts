import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { folderContents } from '../../connectors/testing/folder-contents.js';

export const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/bundle/cli.js');

export interface Ended {
  /** Null where a signal has ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What users get, as a process in a folder that is empty at first, with no more of the environment than it is given. */
export class Program {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  #kill = (_signal: NodeJS.Signals): void => {};

  private constructor(cwd: string, env: Readonly<Record<string, string>>) {
    this.cwd = cwd;
    this.env = env;
  }

  static async open(env: Readonly<Record<string, string>> = {}): Promise<Program> {
    return new Program(await mkdtemp(join(tmpdir(), 'bundle-')), env);
  }

  /** Runs it with these arguments, apart by spaces, until it ends. */
  run(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.#spawn(process.execPath, [CLI, ...words(line)], env);
  }

  /** Runs it below another command, which is given its command line. */
  runBelow(command: readonly [string, ...string[]], line: string): Promise<Ended> {
    const [first, ...rest] = command;
    return this.#spawn(first, [...rest, process.execPath, CLI, ...words(line)]);
  }

  #spawn(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const child = spawn(command, args, {
      cwd: this.cwd,
      // Whatever libuv's default is, a trace shows calls, and no rings of them.
      env: { PATH: process.env.PATH, UV_USE_IO_URING: '0', ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#kill = (signal) => void child.kill(signal);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...said }));
    });
  }

  /** Sends a signal to the run that is under way. */
  kill(signal: NodeJS.Signals): void {
    this.#kill(signal);
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.cwd, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  /** Every file below its folder, or below one in it, by its path. */
  files(folder = '.'): Promise<Record<string, string>> {
    return folderContents(join(this.cwd, folder));
  }
}

function words(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}
