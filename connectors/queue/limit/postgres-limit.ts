import { randomUUID } from 'node:crypto';
import { failureOf } from '../../../src/errors/export-error.js';
import type { LimitMember, LimitShare, Refused, SharedLimit } from '../../../src/http/pacing/shared-limit.js';
import type { Log } from '../../../src/log/log.js';
import type { Database, Transaction } from '../../postgres/connection/database.js';
import { identifier } from '../../postgres/tables/identifier.js';
import { type Answer, exchange, NOTHING_SHARED, type RefusedTogether, type Shared } from './limit-table.js';

/** Between two reports of a member that has something to do; longer where there are more of them. */
const REPORT_MS = 200;
/** Of so many members, so that the reports of all do not become more. */
const MEMBERS = 8;

/** Makes the table of limits. It is emptied where the server crashes: what is known is learnt anew. */
export function limitsTable(schema: string): string {
  return `create unlogged table if not exists ${identifier(schema, 'limits')} (name text primary key, shared jsonb not null)`;
}

/**
 * A limit that all processes keep in one row of a database: each says a few times a second how its requests went and how
 * many it has, and is told how many it may have; so that what a request takes is no round trip.
 */
export function postgresLimit(
  database: Pick<Database, 'transaction'>,
  schema: string,
  log: Log,
): SharedLimit {
  const table = identifier(schema, 'limits');
  const unhurried = new AbortController().signal;
  const change = (name: string, work: (shared: Shared, now: number) => { shared: Shared; answer: Answer }) =>
    database.transaction(unhurried, (transaction) => changeRow(transaction, table, name, work));

  return {
    join: (name, member) => {
      const id = randomUUID();
      return shareOf(
        member,
        (report) => change(name, (shared, now) => exchange(shared, { id, ...report }, now)),
        log,
      );
    },
  };
}

async function changeRow(
  transaction: Transaction,
  table: string,
  name: string,
  work: (shared: Shared, now: number) => { shared: Shared; answer: Answer },
): Promise<Answer> {
  const { rows } = await transaction.query<{ readonly shared: Shared; readonly now: string }>(
    `select shared, extract(epoch from clock_timestamp()) * 1000 as now from ${table} where name = $1 for update`,
    [name],
  );
  const [row] = rows;
  if (row === undefined) {
    const values = [name, JSON.stringify(NOTHING_SHARED)];
    await transaction.query(`insert into ${table} values ($1, $2) on conflict do nothing`, values);
    return changeRow(transaction, table, name, work);
  }
  const { shared, answer } = work(row.shared, Number(row.now));
  await transaction.query(`update ${table} set shared = $2 where name = $1`, [name, JSON.stringify(shared)]);
  return answer;
}

type OwnReport = Omit<Parameters<typeof exchange>[1], 'id'>;

/** Tells of a member, one report after the other: at once where it matters, and else from time to time. */
function shareOf(member: LimitMember, tell: (report: OwnReport) => Promise<Answer>, log: Log): LimitShare {
  let granted = 0;
  let successes = 0;
  let refusals: RefusedTogether | undefined;
  /** Never rejects. */
  let telling: Promise<void> | undefined;
  let hasTold = false;
  let isLeaving = false;
  let intervalMs = REPORT_MS;
  let timer: NodeJS.Timeout | undefined;
  let isSaid = false;

  const report = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    telling ??= tellOnce().finally(() => {
      telling = undefined;
      goOn();
    });
    return telling;
  };
  const tellOnce = async (): Promise<void> => {
    hasTold = true;
    const told = { successes, refused: refusals };
    [successes, refusals] = [0, undefined];
    try {
      const most = isLeaving ? 0 : member.most;
      heed(await tell({ most, ...member.demand(), ...told }));
      isSaid = false;
    } catch (error) {
      // Who has left asks for nothing, and is soon taken for dead.
      if (isLeaving) return;
      // What it had it keeps until it can ask again: at worst something is refused.
      successes += told.successes;
      refusals = together(told.refused, refusals);
      if (!isSaid)
        log.warn(`What the workers may ask together is not known now: ${failureOf(error).message}`);
      isSaid = true;
    }
  };
  const goOn = () => {
    if (isLeaving) return;
    const { inFlight, waiting } = member.demand();
    if (refusals !== undefined) void report();
    else if (inFlight > 0 || waiting > 0 || granted > 0) again(intervalMs);
  };
  const heed = (answer: Answer) => {
    if (answer.pauseMs > 0) member.pause(answer.pauseMs);
    intervalMs = REPORT_MS * Math.max(1, answer.members / MEMBERS);
    granted = answer.granted;
    member.grant(granted);
  };
  const again = (ms: number) => {
    timer ??= setTimeout(() => void report(), ms);
  };
  return {
    wanted: () => {
      if (granted === 0 && telling === undefined && timer === undefined) void report();
    },
    succeeded: () => {
      successes += 1;
    },
    refused: ({ waitMs, isLate }: Refused) => {
      const sent = member.demand().inFlight;
      refusals = together(refusals, { count: 1, sent, waitMs, isLate });
      void report();
    },
    leave: async () => {
      isLeaving = true;
      await telling; // it may not tell of that
      if (hasTold) await report();
    },
  };
}

function together(
  one: RefusedTogether | undefined,
  other: RefusedTogether | undefined,
): RefusedTogether | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    count: one.count + other.count,
    sent: Math.max(one.sent, other.sent),
    waitMs: Math.max(one.waitMs, other.waitMs),
    isLate: one.isLate && other.isLate,
  };
}
