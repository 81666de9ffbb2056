import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../program.js';

/** Not in a checkout. */
const LEFT_OUT = ['.git', 'node_modules', 'dist', 'coverage'];
/** What `npm run build` says on such a machine. */
export const BUILT = 'the program is built';
const CLOCK = pathToFileURL(join(ROOT, 'test/faults/clock.mjs')).href;

/** A checkout of this repository, without the libraries that `npm ci` brings. */
export async function checkOutProgram(folder: string): Promise<void> {
  await cp(ROOT, folder, {
    recursive: true,
    filter: (path) => !LEFT_OUT.includes(relative(ROOT, path)),
  });
}

export interface MachineOptions {
  /** What the clock of its programs says, in milliseconds since the epoch. Default: the real time. */
  readonly now?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Below the workspace, in which it runs. Default: the workspace. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Aborted when the job is cancelled. */
  readonly cancelled?: AbortSignal;
  /**
   * What comes of that. `SIGINT`, the default: the one process that the runner started is asked to end. `SIGKILL`: all
   * of them are gone.
   */
  readonly cancelledBy?: 'SIGINT' | 'SIGKILL';
}

export interface ShellEnded {
  /** Of a command that a signal has ended 128 and its number, as a shell has it. */
  readonly code: number;
  /** What it printed, in the order in which it came. */
  readonly said: string;
}

/**
 * A machine that has Node and bash, and no network: what a job would fetch is this checkout. `git clone` gives the files
 * of the working tree, `npm ci` the libraries that are here, and `npm run build` what has been built of them for these
 * tests; everything else is real.
 */
export class ThrowAwayMachine {
  readonly workspace: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(workspace: string, env: Readonly<Record<string, string>>) {
    this.workspace = workspace;
    this.#env = env;
  }

  static async open({ now, env = {} }: MachineOptions = {}): Promise<ThrowAwayMachine> {
    const folder = await mkdtemp(join(tmpdir(), 'machine-'));
    const [workspace, bin] = [join(folder, 'workspace'), join(folder, 'bin')];
    await mkdir(workspace);
    await mkdir(bin);
    await command(bin, 'npm', [
      `[ "$1" = ci ] && exec ln -sfn ${ROOT}/node_modules node_modules`,
      `[ "$1 $2" = "run build" ] && cp -r ${ROOT}/dist . && exec echo '${BUILT}'`,
      `PATH="\${PATH#${bin}:}" exec npm "$@"`,
    ]);
    await command(bin, 'git', [
      `[ "$1 $3" = "-C checkout" ] && exec test -d "$2"`,
      `[ "$1" = clone ] || exit 2`,
      'folder="$' + '{3:-$(basename "$2" .git)}"',
      `mkdir -p "$folder"`,
      `cd ${ROOT} && tar -cf - ${LEFT_OUT.map((name) => `--exclude=./${name}`).join(' ')} . | tar -xf - -C "$OLDPWD/$folder"`,
    ]);
    const time = now === undefined ? {} : { NODE_OPTIONS: `--import=${CLOCK}`, FAULTS_NOW: String(now) };
    const home = { HOME: folder, npm_config_prefix: join(folder, 'global'), npm_config_offline: 'true' };
    const path = `${bin}:${join(folder, 'global/bin')}:${process.env.PATH}`;
    return new ThrowAwayMachine(workspace, { PATH: path, CI: 'true', ...home, ...time, ...env });
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.workspace, name), text);
  }

  /** Leaves an empty workspace. */
  async clear(): Promise<void> {
    await rm(this.workspace, { recursive: true });
    await mkdir(this.workspace);
  }

  /** Runs a script as runners do, in a file of its own. */
  async run(script: string, options: RunOptions = {}): Promise<ShellEnded> {
    const { folder = '.', env = {}, cancelled, cancelledBy = 'SIGINT' } = options;
    const file = join(await mkdtemp(join(tmpdir(), 'step-')), 'step.sh');
    await writeFile(file, script);
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
      cwd: join(this.workspace, folder),
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, so that all of it can be killed
    });
    const cancel = () => {
      if (cancelledBy === 'SIGINT') child.kill('SIGINT');
      else if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    cancelled?.addEventListener('abort', cancel);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        cancelled?.removeEventListener('abort', cancel);
        resolve({ code: code ?? 130, said });
      });
    });
  }

  async close(): Promise<void> {
    await rm(join(this.workspace, '..'), { recursive: true, force: true });
  }
}

async function command(folder: string, name: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(folder, name), ['#!/bin/bash', 'set -e', ...lines, ''].join('\n'));
  await chmod(join(folder, name), 0o755);
}
