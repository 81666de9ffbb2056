import { randomUUID } from 'node:crypto';
import type { PartitionCheckpoint } from '../../../src/catalogue/partition-checkpoint.js';
import type { RowKey, StateRow } from '../../../src/catalogue/state-row.js';
import type { Log } from '../../../src/log/log.js';
import type { Session } from './session.js';
import { claimKey, claimName, waitForTurn } from './shared-session.js';
import type { Query, StateTable } from './state-table.js';

/**
 * Writes checkpoints of a run that shares its state in transactions of a sink, where these are in the very database of the
 * state. What the run keeps later is the same, so that nothing is lost where they are not.
 */
export class CheckpointWriter {
  readonly #table: StateTable;
  readonly #log: Log;
  /** What the session of the run has taken, and no other session of any server: where it is taken, the state is. */
  readonly #name = randomUUID();
  /** True once it failed: the role of the sink may not write there, say. */
  #isRefused = false;

  constructor(table: StateTable, log: Log) {
    this.#table = table;
    this.#log = log;
  }

  /** To be called with the session that has the lock of the state, and that says by this that it has it. */
  async begin(session: Session): Promise<void> {
    await claimName(session, this.#table, this.#name);
  }

  /**
   * The last that a transaction does before it commits: others that save wait for it, and it waits for nobody else. It fails
   * only where the transaction does.
   */
  async write(query: Query, checkpoints: readonly PartitionCheckpoint[]): Promise<void> {
    const ours = checkpoints.filter(({ writer }) => writer === this);
    if (ours.length === 0 || this.#isRefused) return;
    if (!(await this.#isHere(query))) return;
    await query('savepoint checkpoints');
    try {
      await this.#write(query, ours);
    } catch (error) {
      await query('rollback to savepoint checkpoints').catch(() => {
        throw error;
      });
      this.#isRefused = true;
      const message = error instanceof Error ? error.message : String(error);
      this.#log.info(
        `What is delivered to tables is kept in the state after it, and not with it: ${message}`,
      );
    }
  }

  /**
   * True where this transaction is in the database of the state, and nobody may have the state alone until it ends. In that
   * order: elsewhere, a state of the same name is somebody else's.
   */
  async #isHere(query: Query): Promise<boolean> {
    const [answer] = await query<{ readonly here: boolean }>(
      `select case when pg_try_advisory_xact_lock_shared(hashtextextended($1, 0)) then false
         else pg_try_advisory_xact_lock_shared(hashtextextended($2, 0)) end as here`,
      [claimKey(this.#table, this.#name), this.#table.lockName],
    );
    return answer?.here === true;
  }

  async #write(query: Query, checkpoints: readonly PartitionCheckpoint[]): Promise<void> {
    await waitForTurn(query, this.#table);
    const found = await this.#table.find(
      query,
      checkpoints.flatMap(({ keys }) => keys),
    );
    const rows = new Map(found.map((row) => [nameOf(row), row]));
    const written = new Map<string, StateRow>();
    for (const checkpoint of checkpoints)
      for (const row of checkpoint.rows((key) => rows.get(nameOf(key)))) {
        rows.set(nameOf(row), row);
        written.set(nameOf(row), row);
      }
    await this.#table.write(query, { rows: [...written.values()] });
  }
}

function nameOf({ kind, name, part }: RowKey): string {
  return JSON.stringify([kind, name, part]);
}
