import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { postgresStateType } from '../../connectors/postgres/state/state-type.js';
import type { StateLock } from '../../src/catalogue/state-lock.js';
import type { CheckpointStore } from '../../src/checkpoints/checkpoint-store.js';
import { fileStore } from '../../src/checkpoints/file/file-store.js';
import { objectStore } from '../../src/checkpoints/objects/object-store.js';
import { rowsStore } from '../../src/checkpoints/rows/rows-store.js';
import { silentLog } from '../../src/log/log.js';
import { systemClock } from '../../src/time/clock.js';
import { hasPostgres, postgresServer } from '../connectors/postgres/postgres-server.js';
import { environmentOf, runningStore } from '../objects/running-store.js';

const OPTIONS = { source: 'fake', firstDay: '2015-01-01' };
const signal = new AbortController().signal;

/** One state, as runs have it that come one after the other. */
export interface StoreOfRuns {
  /** Ends the run before, and has what the next one has: the lock, and nothing in memory. */
  next(): Promise<CheckpointStore>;
  /** Ends the last one; a test's end does it too. */
  end(): Promise<void>;
}

/** Every kind of store, to be emptied: what is true of one is true of all. */
export const STORES: readonly { readonly kind: string; begin(): Promise<StoreOfRuns> }[] = [
  {
    kind: 'files',
    begin: async () => {
      const path = join(await mkdtemp(join(tmpdir(), 'state-')), 'state.json');
      return runsOf(async () => fileStore(path, OPTIONS));
    },
  },
  {
    kind: 'objects',
    begin: async () => {
      const store = await runningStore();
      const context = { clock: systemClock, log: silentLog, env: environmentOf(store), userAgent: 'test' };
      return runsOf(async () => objectStore('s3://bucket/a b/state.json', { ...OPTIONS, ...context }));
    },
  },
  ...(hasPostgres ? [{ kind: 'PostgreSQL', begin: inPostgres }] : []),
];

async function inPostgres(): Promise<StoreOfRuns> {
  const database = await (await postgresServer()).database();
  onTestFinished(() => database.drop());
  const settings = postgresStateType.settings.parse({ url: database.url });
  return runsOf(async () =>
    rowsStore(
      await postgresStateType.open(settings, {
        cwd: '.',
        clock: systemClock,
        log: silentLog,
        env: {},
        signal,
      }),
      OPTIONS,
    ),
  );
}

function runsOf(open: () => Promise<CheckpointStore>): StoreOfRuns {
  let before: { readonly store: CheckpointStore; readonly lock: StateLock } | undefined;
  const end = async () => {
    await before?.lock.release();
    await before?.store.dispose?.();
    before = undefined;
  };
  onTestFinished(end);
  return {
    end,
    next: async () => {
      await end();
      const store = await open();
      before = { store, lock: await store.lock({ clock: systemClock, log: silentLog, signal, wait: false }) };
      return store;
    },
  };
}
