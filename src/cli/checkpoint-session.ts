import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { CliContext } from '../catalogue/cli-context.js';
import type { SourceMemory } from '../catalogue/source-type.js';
import type { LockOptions, StateLock } from '../catalogue/state-lock.js';
import type { CheckpointStore, SharedStore } from '../checkpoints/checkpoint-store.js';
import { type Checkpoints, windowOnly } from '../checkpoints/checkpoints.js';
import { ciRunOf } from '../checkpoints/ci-run.js';
import { fileStore } from '../checkpoints/file/file-store.js';
import { type AppendJournal, checkedJournal } from '../checkpoints/journal/append-journal.js';
import { lastReadings } from '../checkpoints/last-readings.js';
import { replayCheckpoints } from '../checkpoints/replay-checkpoints.js';
import { rowsStore } from '../checkpoints/rows/rows-store.js';
import { RunCheckpoints } from '../checkpoints/run-checkpoints.js';
import { noMemory, type RunMemory, runMemory, sharedMemory } from '../checkpoints/run-memory.js';
import type { Job } from '../config/job.js';
import { STATE_PATH } from '../config/settings/config-schema.js';
import { ExportError } from '../errors/export-error.js';
import { isObjectUrl } from '../files/location.js';
import type { Log } from '../log/log.js';
import type { Window } from '../time/window.js';
import { userAgent } from './version.js';

/** How a command uses the checkpoints. */
export interface CheckpointOptions {
  /**
   * - `keep`: they say what is read, and are told what was delivered;
   * - `leave`: they are locked, so that two runs do not write to one place, and left as they are; only the window counts;
   * - `replay`: as `leave`, and what a sink has of a later reading than the source's is left to it;
   * - `none`: they are not looked at; only the window counts.
   */
  readonly use: 'keep' | 'leave' | 'replay' | 'none';
  /** Delivers the whole window again, whatever they say. Default false. */
  readonly fullRefresh?: boolean;
  /** Waits for another run on the same ones instead of refusing. Default false. */
  readonly wait?: boolean;
  /** True where nothing is delivered: they are looked at, and neither locked nor written. Default false. */
  readonly dryRun?: boolean;
  /** True where other processes keep theirs in the same place at the same time; only with `keep`. Default false. */
  readonly shared?: boolean;
}

/** The right to deliver where checkpoints say what was delivered; {@link end} must follow. */
export interface CheckpointSession {
  /** Aborted when another run has taken the lock over. */
  readonly lost: AbortSignal;
  /** Reads what a run with this window has to know of earlier ones. To be called once. */
  open(window: Window): Promise<{
    readonly checkpoints: Checkpoints;
    /** What append sinks have; undefined where nothing is remembered. */
    readonly journal?: AppendJournal;
    readonly memory: Pick<RunMemory, 'refresh'> & SourceMemory;
  }>;
  /**
   * Keeps what was delivered and learned so far, as at the end.
   *
   * @throws ExportError likewise
   */
  keep(): Promise<void>;
  /**
   * Keeps what was delivered, lets others in, and frees what was opened.
   *
   * @throws ExportError `STATE_REFUSED` where it could not be kept, `STATE_TAKEN_OVER` where others came in before.
   */
  end(): Promise<void>;
}

/** Takes the lock, unless nothing is delivered or remembered. */
export async function beginCheckpoints(
  job: Job,
  { use, fullRefresh = false, wait = false, dryRun = false, shared = false }: CheckpointOptions,
  log: Log,
  context: CliContext,
): Promise<CheckpointSession> {
  if (use === 'none') return withoutState();
  const { clock, signal, env } = context;
  const store = await storeOf(job, log, context);
  const common = {
    store,
    source: job.source.type,
    destinations: destinationsOf(job),
    lookbackMs: job.window.lookback,
  };
  const sharing = shared && !dryRun ? sharedStore(store) : undefined;
  const lock = dryRun ? undefined : await lockOf(store, { clock, log, signal, wait, shared });
  let kept: RunCheckpoints | undefined;
  let memory: RunMemory | undefined;
  const keep = async () => {
    await lock?.assertHeld();
    await kept?.flush();
    if (lock) await memory?.save();
  };
  return {
    lost: lock?.lost ?? new AbortController().signal,
    open: async (window) => {
      memory = await (sharing
        ? sharedMemory(
            store.memory,
            sharing,
            common.source,
            ({ base, mine, theirs }) => job.source.mergeMemory(base, mine, theirs),
            log,
          )
        : runMemory(store.memory, common.source, log));
      if (use === 'leave') {
        const readings = lastReadings(store.readings, common.source, window.now, log);
        return { checkpoints: { ...windowOnly, lastReading: readings.get }, memory };
      }
      if (use === 'replay') return { checkpoints: await replayCheckpoints(common), memory };
      const run = {
        fullRefresh,
        lock,
        clock,
        log,
        signal,
        nowMs: window.now,
        ciRun: ciRunOf(env),
        shared: sharing,
      };
      const checkpoints = await RunCheckpoints.load({ ...common, ...run });
      kept = checkpoints;
      const journal = checkedJournal(store.journal, (key) => checkpoints.sent(key));
      return { checkpoints, memory, ...(lock && { journal }) };
    },
    keep,
    end: async () => {
      try {
        await keep();
      } finally {
        await lock?.release();
        await store.dispose?.();
      }
    },
  };
}

function sharedStore({ shared, place }: CheckpointStore): SharedStore {
  if (shared !== undefined) return shared;
  throw new ExportError('STATE_REFUSED', `The state in ${place} cannot be shared by several processes.`, {
    kind: 'config',
    hint: 'Keep it in PostgreSQL: `state: { type: postgres, url: "${DATABASE_URL}" }`.',
  });
}

function withoutState(): CheckpointSession {
  return {
    lost: new AbortController().signal,
    open: async () => ({ checkpoints: windowOnly, memory: noMemory() }),
    keep: async () => {},
    end: async () => {},
  };
}

async function lockOf(store: CheckpointStore, options: LockOptions): Promise<StateLock> {
  try {
    return await store.lock(options);
  } catch (error) {
    await store.dispose?.();
    throw error;
  }
}

/** Where the checkpoints of a job are kept; to be disposed of. */
async function storeOf(
  { state, source, folder, env }: Job,
  log: Log,
  context: CliContext,
): Promise<CheckpointStore> {
  const { clock, signal } = context;
  const options = { source: source.type, firstDay: source.limits.firstDay };
  if (state.path !== undefined && isObjectUrl(state.path)) {
    const { objectStore } = await import('../checkpoints/objects/object-store.js');
    return objectStore(state.path, { ...options, clock, log, env, userAgent: userAgent() });
  }
  if (state.path !== undefined) {
    await sayWhereItWas(state.path, folder, log, context);
    return fileStore(state.path, { ...options, clock });
  }
  return rowsStore(await state.open({ cwd: folder, clock, log, env, signal }), options);
}

/** Versions before had it in the working directory, wherever the configuration was: such a one would silently not count. */
async function sayWhereItWas(path: string, folder: string, log: Log, { cwd }: CliContext): Promise<void> {
  const before = join(cwd, STATE_PATH);
  if (path !== join(folder, STATE_PATH) || path === before) return;
  if ((await isThere(path)) || !(await isThere(before))) return;
  const to = relative(cwd, folder);
  log.warn(
    `There is no state beside the configuration yet, and ${STATE_PATH} of this folder is not looked at. ` +
      `If it is of this job: mv ${dirname(STATE_PATH)} ${/^[\w./-]+$/.test(to) ? to : `'${to.replaceAll("'", "'\\''")}'`}/`,
  );
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Does something with what is kept of a job, and frees it. */
export async function withStore<Result>(
  job: Job,
  log: Log,
  context: CliContext,
  use: (store: CheckpointStore, place: string) => Promise<Result>,
): Promise<Result> {
  const store = await storeOf(job, log, context);
  try {
    return await use(store, placeText(store.place, context));
  } finally {
    await store.dispose?.();
  }
}

/** A path from the working directory, and words as they are. */
export function placeText(place: string, { cwd }: CliContext): string {
  return isAbsolute(place) ? relative(cwd, place) : place;
}

/**
 * Files are known by their way from the state: both may be moved together. Objects are known by their address.
 */
function destinationsOf({ sinks, state, folder }: Job): ReadonlyMap<string, string> {
  const from = state.path === undefined || isObjectUrl(state.path) ? folder : dirname(state.path);
  return new Map(
    sinks.map(({ name, destination, outputPaths }) => {
      const paths = outputPaths.map((path) => (isObjectUrl(path) ? path : relative(from, path)));
      return [name, [destination, ...paths].join(' ')];
    }),
  );
}
