import { lstat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { CliContext } from '../catalogue/cli-context.js';
import type { SourceMemory } from '../catalogue/source-type.js';
import type { LockOptions, StateLock } from '../catalogue/state-lock.js';
import type { CheckpointStore, MergeMemory, SharedStore } from '../checkpoints/checkpoint-store.js';
import { type Checkpoints, windowOnly } from '../checkpoints/checkpoints.js';
import { ciRunOf } from '../checkpoints/ci-run.js';
import { fileStore } from '../checkpoints/file/file-store.js';
import { shardMemory } from '../checkpoints/file/shard-memory.js';
import { type AppendJournal, checkedJournal } from '../checkpoints/journal/append-journal.js';
import { lastReadings } from '../checkpoints/last-readings.js';
import { lockState } from '../checkpoints/lock/state-lock.js';
import { replayCheckpoints } from '../checkpoints/replay-checkpoints.js';
import { rowsStore } from '../checkpoints/rows/rows-store.js';
import { RunCheckpoints } from '../checkpoints/run-checkpoints.js';
import { noMemory, type RunMemory, runMemory, sharedMemory } from '../checkpoints/run-memory.js';
import { inTurn } from '../checkpoints/shared/in-turn.js';
import type { Job } from '../config/job.js';
import { STATE_PATH } from '../config/settings/config-schema.js';
import { ExportError } from '../errors/export-error.js';
import { isObjectUrl } from '../files/location.js';
import type { Log } from '../log/log.js';
import type { Shard } from '../plan/shard.js';
import type { Window } from '../time/window.js';
import { placeText } from './place-text.js';
import { pathOfShard, shardFiles } from './shard-states.js';
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
  /**
   * Of whose work they are, of several that may go on at once: what is kept in PostgreSQL is shared, and of what is kept in
   * a file each has its own. Default: of all of it.
   */
  readonly shard?: Shard | undefined;
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
   * Does something with what all shards have learned by now, while none of the others does. Left out where there are none,
   * or nothing is remembered.
   */
  inTurn?<Result>(work: (memory: SourceMemory) => Promise<Result>): Promise<Result>;
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
  options: CheckpointOptions,
  log: Log,
  context: CliContext,
): Promise<CheckpointSession> {
  const { use, fullRefresh = false, wait = false, dryRun = false, shard } = options;
  if (use === 'none') return withoutState();
  const { clock, signal, env } = context;
  const { shared = shard !== undefined && !isFile(job.state) } = options;
  const store = await storeOf(job, log, context, shard);
  const common = {
    store,
    source: job.source.type,
    destinations: destinationsOf(job),
    lookbackMs: job.window.lookback,
  };
  const shareable = shared ? sharedStore(store) : undefined;
  const sharing = dryRun ? undefined : shareable;
  const lock = dryRun ? undefined : await lockOf(store, { clock, log, signal, wait, shared });
  let kept: RunCheckpoints | undefined;
  let memory: RunMemory | undefined;
  const learned = (): Promise<RunMemory> => memoryOf(job, store, { shared: sharing, shard }, log);
  const turn = shard && lock && turnOf(job, sharing, { clock, log, signal });
  const keep = async () => {
    await lock?.assertHeld();
    await kept?.flush();
    if (lock) await memory?.save();
  };
  return {
    lost: lock?.lost ?? new AbortController().signal,
    open: async (window) => {
      memory = await learned();
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
    ...(turn && {
      inTurn: (work) =>
        turn(async () => {
          await keep();
          const fresh = await learned();
          const result = await work(fresh);
          await fresh.save();
          return result;
        }),
    }),
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

/** What sources remember, for one process of those that there are. */
async function memoryOf(
  { source, state }: Job,
  store: CheckpointStore,
  { shared, shard }: { readonly shared: SharedStore | undefined; readonly shard: Shard | undefined },
  log: Log,
): Promise<RunMemory> {
  const merge: MergeMemory = ({ base, mine, theirs }) => source.mergeMemory(base, mine, theirs);
  if (shared) return sharedMemory(store.memory, shared, source.type, merge, log);
  if (shard === undefined || state.path === undefined) return runMemory(store.memory, source.type, log);
  const files = [state.path, ...(await shardFiles(state.path))].filter((path) => path !== store.place);
  const others = files.map((path) => fileStore(path, { source: source.type }).memory);
  const own = shardMemory(store.memory, others, merge);
  return sharedMemory(own, own, source.type, merge, log);
}

/** Does something while no other shard does such a thing. */
function turnOf(
  { state }: Job,
  shared: SharedStore | undefined,
  options: Omit<LockOptions, 'wait' | 'shared'>,
): (<Result>(work: () => Promise<Result>) => Promise<Result>) | undefined {
  if (shared) return (work) => inTurn(shared, options, work);
  const { path } = state;
  if (path === undefined) return undefined;
  return async (work) => {
    const lock = await lockState(`${path}.turn`, { ...options, wait: true });
    try {
      return await work();
    } finally {
      await lock.release();
    }
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
  shard?: Shard,
): Promise<CheckpointStore> {
  const { clock, signal } = context;
  const options = { source: source.type, firstDay: source.limits.firstDay };
  if (state.path !== undefined && isObjectUrl(state.path)) {
    const { objectStore } = await import('../checkpoints/objects/object-store.js');
    return objectStore(state.path, { ...options, clock, log, env, userAgent: userAgent() });
  }
  if (state.path !== undefined) {
    await sayWhereItWas(state.path, folder, log, context);
    const path = shard ? pathOfShard(state.path, shard.number) : state.path;
    return fileStore(path, { ...options, clock, ...(shard && { shard }) });
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

/** Where each shard can have one of its own. */
function isFile({ path }: Job['state']): boolean {
  return path !== undefined && !isObjectUrl(path);
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** What is kept of a job in one place. */
export interface Kept {
  readonly store: CheckpointStore;
  /** As a user would say it. */
  readonly place: string;
}

/** Does something with all that is kept of a job, and frees it: where shards have files of their own, these as well. */
export async function withStores<Result>(
  job: Job,
  log: Log,
  context: CliContext,
  use: (kept: readonly [Kept, ...Kept[]]) => Promise<Result>,
): Promise<Result> {
  const { source, state } = job;
  const files = state.path === undefined ? [] : await shardFiles(state.path);
  const { clock } = context;
  const options = { source: source.type, firstDay: source.limits.firstDay, clock };
  const ofShards = await Promise.all(
    files.map(async (path) => {
      // It stays what it is, whatever is done to it.
      const document = await fileStore(path, options)
        .load()
        .catch(() => undefined);
      return fileStore(path, { ...options, ...(document?.shard && { shard: document.shard }) });
    }),
  );
  const isOnlyOfShards = state.path !== undefined && ofShards.length > 0 && !(await isThere(state.path));
  const stores = [...(isOnlyOfShards ? [] : [await storeOf(job, log, context)]), ...ofShards];
  const [first, ...others] = stores.map((store) => ({ store, place: placeText(store.place, context) }));
  try {
    if (first === undefined) throw new Error('a job whose state is nowhere');
    return await use([first, ...others]);
  } finally {
    for (const store of stores) await store.dispose?.();
  }
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
