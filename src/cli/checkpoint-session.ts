import { dirname, relative } from 'node:path';
import { DeliveryState } from '../checkpoints/delivery-state.js';
import { AppendLedger } from '../checkpoints/journal/append-ledger.js';
import { lockState, type StateLock } from '../checkpoints/lock/state-lock.js';
import { besideState } from '../checkpoints/replay-checkpoints.js';
import { StateBook } from '../checkpoints/state-book.js';
import { readState } from '../checkpoints/state-file.js';
import type { Job } from '../config/job.js';
import { type DeliveryBook, windowOnly } from '../plan/delivery-book.js';
import type { Window } from '../plan/plan.js';
import type { Log } from '../report/log.js';
import type { CliContext } from './cli-context.js';

/** How a run uses the state. */
export interface StateOptions {
  /**
   * - `keep`: it says what is read, and is told what was delivered;
   * - `leave`: it is locked, so that two runs do not write to one place, and left as it is; only the window counts;
   * - `heed`: as `leave`, and what a sink has of a later reading than the source's is left to it;
   * - `none`: it is not looked at; only the window counts.
   */
  readonly use: 'keep' | 'leave' | 'heed' | 'none';
  /** Delivers the whole window again, whatever the state says. */
  readonly fullRefresh: boolean;
  /** Waits for another run on the same state instead of refusing. */
  readonly wait: boolean;
  /** True where nothing is delivered: the state is looked at, and neither locked nor written. */
  readonly dryRun?: boolean;
}

/** The right to deliver where a state says what was delivered; {@link end} must follow. */
export interface StateSession {
  /** Aborted when another run has taken the state over. */
  readonly lost: AbortSignal;
  /** Reads what a run with this window has to know of earlier ones. To be called once. */
  open(window: Window): Promise<OpenState>;
  /**
   * Keeps what was delivered and lets others in.
   *
   * @throws ExportError `STATE_REFUSED` where it could not be kept, `STATE_LOCKED` where others came in before.
   */
  end(): Promise<void>;
}

export interface OpenState {
  readonly book: DeliveryBook;
  /** What append sinks have; undefined where nothing is remembered. */
  readonly ledger?: AppendLedger;
}

/** Takes the state's lock, unless nothing is delivered or remembered. */
export async function beginState(
  job: Job,
  options: StateOptions,
  log: Log,
  surroundings: CliContext,
): Promise<StateSession> {
  const { use, fullRefresh, wait, dryRun = false } = options;
  const { clock, signal } = surroundings;
  const isLocked = use !== 'none' && !dryRun;
  const lock = isLocked ? await lockState(job.statePath, { clock, log, signal, wait }) : undefined;
  let kept: StateBook | undefined;
  return {
    lost: lock?.lost ?? new AbortController().signal,
    open: async (window) => {
      if (use === 'none' || use === 'leave') return { book: windowOnly };
      if (use === 'heed') return { book: besideState(await stateOf(job), destinationsOf(job)) };
      const book = await openBook(job, { fullRefresh, lock }, window, log, surroundings);
      if (lock) kept = book;
      return lock ? { book, ledger: ledgerOf(job) } : { book };
    },
    end: async () => {
      try {
        await lock?.assertHeld();
        await kept?.flush();
      } finally {
        await lock?.release();
      }
    },
  };
}

/** The book alone, to look at: without the lock, and never written. */
export function lookAtState(
  job: Job,
  window: Window,
  log: Log,
  surroundings: CliContext,
): Promise<DeliveryBook> {
  return openBook(job, { fullRefresh: false, lock: undefined }, window, log, surroundings);
}

async function openBook(
  job: Job,
  how: { readonly fullRefresh: boolean; readonly lock: StateLock | undefined },
  window: Window,
  log: Log,
  { clock, screen }: CliContext,
): Promise<StateBook> {
  return new StateBook(await stateOf(job), {
    ...how,
    path: job.statePath,
    clock,
    log,
    nowMs: window.now,
    mask: (text) => screen.masked(text),
    destinations: destinationsOf(job),
    ledger: ledgerOf(job),
  });
}

async function stateOf(job: Job): Promise<DeliveryState> {
  return new DeliveryState(await readState(job.statePath), job.window.lookback);
}

/**
 * Files are known by their way from the state: a relative path means others in another working directory, and both
 * may be moved together.
 */
function destinationsOf({ sinks, statePath }: Job): ReadonlyMap<string, string> {
  const wayTo = (path: string) => relative(dirname(statePath), path);
  return new Map(
    sinks.map(({ name, destination, outputPaths }) => [
      name,
      [destination, ...outputPaths.map(wayTo)].join(' '),
    ]),
  );
}

/** Beside the state and named after it: two states in one folder must not forget for each other. */
function ledgerOf(job: Job): AppendLedger {
  return new AppendLedger(`${job.statePath}.delivered`);
}
