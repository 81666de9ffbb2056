import { onTestFinished } from 'vitest';
import { postgresStateType } from '../../../../connectors/postgres/state/state-type.js';
import { NOW } from '../../../../connectors/testing/sample-records.js';
import type { StateLock } from '../../../../src/catalogue/state-lock.js';
import type { CheckpointStore } from '../../../../src/checkpoints/checkpoint-store.js';
import { rowsStore } from '../../../../src/checkpoints/rows/rows-store.js';
import { RunCheckpoints } from '../../../../src/checkpoints/run-checkpoints.js';
import { silentLog } from '../../../../src/log/log.js';
import type { TestDatabase } from '../postgres-server.js';

export const SOURCE = 'deepgram';
const clock = { now: () => NOW, sleep: async () => {} };
const signal = new AbortController().signal;

/** One of several processes on a state: it has loaded what there is, and has not begun. */
export interface SharedProcess {
  readonly store: CheckpointStore;
  readonly checkpoints: RunCheckpoints;
  readonly lock: StateLock;
}

/** The state of a database, for as long as the test takes. */
export async function openedState({ url }: TestDatabase): Promise<CheckpointStore> {
  const settings = postgresStateType.settings.parse({ url });
  const rows = await postgresStateType.open(settings, { cwd: '.', clock, log: silentLog, env: {}, signal });
  const store = rowsStore(rows, { source: SOURCE });
  onTestFinished(() => store.dispose?.());
  return store;
}

/** @param destinations where each sink delivers to, by its name */
export async function sharedProcess(
  database: TestDatabase,
  destinations: ReadonlyMap<string, string>,
): Promise<SharedProcess> {
  const store = await openedState(database);
  const lock = await store.lock({ clock, log: silentLog, signal, wait: false, shared: true });
  onTestFinished(() => lock.release().catch(() => {}));
  const checkpoints = await RunCheckpoints.load({
    store,
    shared: store.shared,
    lock,
    source: SOURCE,
    clock,
    log: silentLog,
    nowMs: NOW,
    lookbackMs: 3 * 86_400_000,
    destinations,
    fullRefresh: false,
  });
  return { store, checkpoints, lock };
}
