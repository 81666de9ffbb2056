import { ExportError } from '../../../src/errors/export-error.js';
import { formatDuration } from '../../../src/time/duration.js';
import { unlessAborted, withTimeout } from '../../../src/time/limits.js';
import type { Database } from '../connection/database.js';
import { isBroken } from '../connection/postgres-error.js';

/**
 * A server that has not answered for so long cannot be reached. It must be found out here before the server does: who is
 * given up there may have a successor.
 */
const ANSWER_MS = 40_000;

/** A connection of its own, whose session on the server lives as long as it does. */
export interface Session {
  /** Runs a statement, which is a transaction by itself, and answers with its rows. One after the other. */
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** Runs statements as one transaction, with nothing else between them. All or nothing. */
  transaction<Result>(work: (query: Session['query']) => Promise<Result>): Promise<Result>;
  /** Aborted when the connection ends. */
  readonly ended: AbortSignal;
  end(): Promise<void>;
}

/** Waits for the server for a minute at most. All that it throws is an `ExportError`. */
export async function openSession(database: Database, signal: AbortSignal): Promise<Session> {
  const client = await database.connect(signal);
  const ended = new AbortController();
  client.once('end', () => ended.abort());
  const end = () => client.end().catch(() => {}); // a broken connection has ended
  const late = () =>
    new ExportError('SINK_FAILED', `${database.where} has not answered for ${formatDuration(ANSWER_MS)}.`, {
      kind: 'transient',
      hint: 'See whether the server can be reached from this machine.',
    });
  const ask = async <Row extends object>(sql: string, values: readonly unknown[]) => {
    const asking = client.query<Row>(sql, [...values]);
    const { rows } = await withTimeout(NEVER, ANSWER_MS, late, (tooLate) => unlessAborted(asking, tooLate));
    return rows;
  };
  /** What was asked before; never rejects. */
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const answer = before.then(work);
    before = answer.catch(() => {});
    try {
      return await answer;
    } catch (error) {
      // Also an answer that comes late is nobody's.
      if (error instanceof ExportError || isBroken(error)) {
        ended.abort();
        void end();
      }
      throw database.explained(error, NEVER);
    }
  };
  return {
    query: (sql, values = []) => inTurn(() => ask(sql, values)),
    transaction: (work) =>
      inTurn(async () => {
        await ask(BEGIN, []);
        try {
          const result = await work((sql, values = []) => ask(sql, values));
          await ask('commit', []);
          return result;
        } catch (error) {
          await ask('rollback', []).catch(() => {}); // a connection that is broken has taken it back
          throw error;
        }
      }),
    ended: ended.signal,
    end,
  };
}

/** Whatever the role has set otherwise: what is read after a wait is what is there then. */
const BEGIN = 'begin isolation level read committed';

const NEVER = new AbortController().signal;
