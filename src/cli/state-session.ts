import { dirname, join } from 'node:path';
import type { Job } from '../config/job.js';
import { type DeliveryBook, windowOnly } from '../pipeline/delivery-book.js';
import type { Window } from '../pipeline/plan.js';
import type { Log } from '../report/log.js';
import { AppendLedger } from '../state/append-ledger.js';
import { DeliveryState } from '../state/delivery-state.js';
import { StateBook } from '../state/state-book.js';
import { readState } from '../state/state-file.js';
import { lockState } from '../state/state-lock.js';
import type { Surroundings } from './surroundings.js';

/** How a run uses the state. */
export interface StateOptions {
  /**
   * - `keep`: it says what is read, and is told what was delivered;
   * - `leave`: it is locked, so that two runs do not write to one place, and left as it is; only the window counts;
   * - `none`: it is not looked at; only the window counts.
   */
  readonly use: 'keep' | 'leave' | 'none';
  /** Delivers the whole window again, whatever the state says. */
  readonly fullRefresh: boolean;
  /** Waits for another run on the same state instead of refusing. */
  readonly wait: boolean;
  /** True where nothing is delivered: the state is looked at, and neither locked nor written. */
  readonly dryRun?: boolean;
}

/** What a run knows of earlier ones, and the right to add to it. */
export interface StateSession {
  readonly book: DeliveryBook;
  /** What append sinks have; undefined where nothing is remembered. */
  readonly ledger?: AppendLedger;
  /** Keeps what was delivered and lets others in. */
  end(): Promise<void>;
}

const NOTHING: StateSession = { book: windowOnly, end: async () => {} };

/** Takes the state's lock and reads it; {@link StateSession.end} must follow. */
export async function beginState(
  job: Job,
  options: StateOptions,
  window: Window,
  log: Log,
  surroundings: Surroundings,
): Promise<StateSession> {
  if (options.use === 'none' || (options.use === 'leave' && options.dryRun)) return NOTHING;
  if (options.dryRun) return { ...NOTHING, book: await lookAtState(job, window, log, surroundings) };
  const { clock, signal } = surroundings;
  const lock = await lockState(job.statePath, { clock, log, signal, wait: options.wait });
  if (options.use === 'leave') return { book: windowOnly, end: () => lock.release() };
  try {
    const how = { fullRefresh: options.fullRefresh, writes: true };
    const book = await openBook(job, how, window, log, surroundings);
    return {
      book,
      ledger: ledgerOf(job),
      end: async () => {
        try {
          await book.flush();
        } finally {
          await lock.release();
        }
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The book alone, to look at: without the lock, and never written. */
export function lookAtState(
  job: Job,
  window: Window,
  log: Log,
  surroundings: Surroundings,
): Promise<DeliveryBook> {
  return openBook(job, { fullRefresh: false, writes: false }, window, log, surroundings);
}

async function openBook(
  job: Job,
  how: { readonly fullRefresh: boolean; readonly writes: boolean },
  window: Window,
  log: Log,
  { clock, screen }: Surroundings,
): Promise<StateBook> {
  const state = new DeliveryState(await readState(job.statePath), job.window.lookback);
  return new StateBook(state, {
    ...how,
    path: job.statePath,
    clock,
    log,
    nowMs: window.now,
    mask: (text) => screen.masked(text),
    destinations: new Map(job.sinks.map(({ name, destination }) => [name, destination])),
    ledger: ledgerOf(job),
  });
}

function ledgerOf(job: Job): AppendLedger {
  return new AppendLedger(join(dirname(job.statePath), 'delivered'));
}
