import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Database } from '../../../connectors/postgres/connection/database.js';
import { databaseUrl } from '../../../connectors/postgres/connection/database-url.js';
import {
  exchange,
  NOTHING_SHARED,
  type Report,
  type Shared,
} from '../../../connectors/queue/limit/limit-table.js';
import { limitsTable, postgresLimit } from '../../../connectors/queue/limit/postgres-limit.js';
import { silentLog } from '../../../src/log/log.js';
import { systemClock } from '../../../src/time/clock.js';
import { json, serve } from '../../http/loopback-server.js';
import { testClient, until } from '../../http/test-client.js';
import { hasPostgres, postgresServer } from '../postgres/postgres-server.js';

describe('permits of several workers', () => {
  it('are as many as each wants, while nothing is refused', () => {
    const table = members(['a', 'b', 'c', 'd']);

    expect(table.all()).toEqual({ a: 8, b: 8, c: 8, d: 8 });
  });

  it('are as many as the server took of a burst, however many workers sent it', () => {
    const table = members(['a', 'b', 'c', 'd']);

    for (const id of ['a', 'b', 'c', 'd'])
      table.says(id, { inFlight: 8, refused: { count: 6, sent: 8, waitMs: 500, isLate: false } });
    for (const id of ['a', 'b', 'c', 'd']) table.says(id, { inFlight: 0 });

    expect(table.all()).toEqual({ a: 2, b: 2, c: 2, d: 2 });
  });

  it('make everybody wait when one was refused', () => {
    const table = members(['a', 'b']);

    table.says('a', { refused: { count: 1, sent: 8, waitMs: 3_000, isLate: false } });
    table.later(1_000);

    expect(table.says('b').pauseMs).toBe(2_000);
  });

  it('are one fewer, and not half of them, for a refusal of the same burst that is told late', () => {
    const table = members(['a', 'b']);
    const burst = { count: 2, sent: 8, waitMs: 500, isLate: false };
    table.says('a', { refused: burst });
    table.later(2_000);
    const before = table.says('a').permits;

    const after = table.says('b', { refused: { ...burst, count: 1, isLate: true } });

    expect(before).toBe(14);
    expect(after).toMatchObject({ permits: 13, pauseMs: 500 });
  });

  it('are never more together than there are, whatever each still has in flight', () => {
    const table = members(['a', 'b', 'c', 'd']);
    table.says('a', { inFlight: 8, refused: { count: 8, sent: 8, waitMs: 500, isLate: false } });
    table.later(2_000);

    // The others have not heard of it, and have eight each.
    expect(table.says('a', { inFlight: 0 })).toMatchObject({ permits: 24, granted: 0 });
    // One of them has, and seven of its requests are still under way.
    table.says('b', { inFlight: 7 });
    expect(table.says('a', { inFlight: 0 }).granted).toBe(1);
  });

  it('go to those in need, and what is left to who has something to do', () => {
    const table = members(['a', 'b']);
    table.says('a', { inFlight: 8, refused: { count: 8, sent: 8, waitMs: 0, isLate: false } });

    const idle = table.says('b', { inFlight: 0, waiting: 0 });
    const busy = table.says('a', { inFlight: 2, waiting: 20 });
    const few = table.says('b', { inFlight: 0, waiting: 1 });

    expect(idle.granted).toBe(0);
    expect(busy.granted).toBe(8);
    expect(few.granted).toBe(0);
    table.says('a', { inFlight: 7, waiting: 20 });
    expect(table.says('b', { inFlight: 0, waiting: 1 }).granted).toBe(1);
  });

  it('go from hand to hand where there are fewer than workers', () => {
    const table = members(['a', 'b', 'c']);
    table.says('a', { inFlight: 1, refused: { count: 23, sent: 8, waitMs: 0, isLate: false } });
    for (const id of ['a', 'b', 'c']) table.says(id, { inFlight: 0 });

    const had = new Set<string>();
    for (let second = 0; second < 6; second += 1) {
      // Several times in each turn: who has it must have said that he gives it back.
      for (const id of ['a', 'b', 'c', 'a', 'b', 'c'])
        if (table.says(id, { inFlight: 0 }).granted > 0) had.add(id);
      table.later(1_000);
    }

    expect([...had].sort()).toEqual(['a', 'b', 'c']);
  });

  it('of a worker that is dead are free again', () => {
    const table = members(['a', 'b']);
    table.says('a', { inFlight: 8, refused: { count: 8, sent: 8, waitMs: 0, isLate: false } });

    const before = table.says('b', { inFlight: 0 }).granted;
    table.later(6_000);

    expect(before).toBe(0);
    expect(table.says('b', { inFlight: 0 }).granted).toBe(8);
  });

  it('become more after successes, one by one, as far as they go', () => {
    const table = members(['a', 'b']);
    table.says('a', { inFlight: 8, refused: { count: 8, sent: 8, waitMs: 0, isLate: false } });

    const after = [];
    for (let round = 0; round < 12; round += 1) after.push(table.says('a', { successes: 20 }).permits);

    expect(after).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16, 16]);
  });
});

describe.skipIf(!hasPostgres)('a limit in PostgreSQL', () => {
  it('lets requests of several clients through, and none waits for ever', async () => {
    const server = await serve((_request, response, count) =>
      count === 3 ? json(response, 429, {}, { 'retry-after': '1' }) : json(response, 200, {}),
    );
    const limit = await newLimit();
    const clients = Array.from({ length: 3 }, () =>
      testClient({ clock: systemClock, maxConcurrency: 2, share: (member) => limit.join('one', member) }),
    );

    const answers = await Promise.all(
      clients.flatMap(({ get }) => Array.from({ length: 10 }, () => get(server.url))),
    );

    expect(answers).toHaveLength(30);
    expect(server.mostAtOnce).toBeLessThanOrEqual(6);
  });

  it('stops the others when one is refused, and is given back by who leaves', async () => {
    const limit = await newLimit();
    const [one, other] = [newMember(), newMember()];
    const [mine, yours] = [limit.join('one', one), limit.join('one', other)];
    mine.wanted();
    yours.wanted();
    await until(() => one.granted === 8 && other.granted === 8);

    mine.refused({ waitMs: 60_000, isLate: false });

    await until(() => other.paused > 50_000);
    await Promise.all([mine.leave(), yours.leave()]);
  });

  it('has been given back when a client is closed: the database may be left then', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const database = await newDatabase();
    const slow: Pick<Database, 'transaction'> = {
      transaction: async (signal, work) => {
        await systemClock.sleep(200, signal);
        return database.transaction(signal, work);
      },
    };
    const limit = postgresLimit(slow, 'q', silentLog);
    const { client, get } = testClient({
      clock: systemClock,
      share: (member) => limit.join('one', member),
    });
    const members = async () => {
      const [row] = await database.statement<{ readonly members: object }>(
        NEVER,
        "select shared -> 'members' as members from q.limits",
      );
      return Object.keys(row?.members ?? {});
    };
    await get(server.url);
    const during = await members();

    await client.close();

    expect(during).toHaveLength(1);
    expect(await members()).toEqual([]);
  });

  it('is told nothing by who leaves without having asked for anything', async () => {
    const transaction = vi.fn(() => Promise.reject(new Error('gone')));

    await postgresLimit({ transaction }, 'q', silentLog).join('one', newMember()).leave();

    expect(transaction).not.toHaveBeenCalled();
  });

  it('is left without a word where nobody can be told: who is not heard of has none of it soon', async () => {
    const said: string[] = [];
    const log = { ...silentLog, warn: (text: string) => void said.push(text) };
    const gone = { transaction: () => Promise.reject(new Error('gone')) };

    const share = postgresLimit(gone, 'q', log).join('one', newMember());
    share.wanted();
    await share.leave();

    expect(said).toEqual([]);
  });
});

/** Workers with eight calls at once and many to make. */
function members(ids: readonly string[]) {
  let shared: Shared = NOTHING_SHARED;
  let now = 1_000_000_000_000;
  const says = (id: string, own: Partial<Report> = {}) => {
    const report = { id, most: 8, inFlight: 8, waiting: 20, successes: 0, ...own };
    const { shared: after, answer } = exchange(shared, report, now);
    shared = JSON.parse(JSON.stringify(after));
    return answer;
  };
  // Twice: only then each knows of the others.
  for (const id of [...ids, ...ids]) says(id);
  return {
    says,
    later: (ms: number) => {
      now += ms;
    },
    /** What each has after each has asked once more. */
    all: () => Object.fromEntries(ids.map((id) => [id, says(id, { inFlight: 0 }).granted])),
  };
}

function newMember() {
  const member = {
    most: 8,
    granted: 0,
    paused: 0,
    demand: () => ({ inFlight: 1, waiting: 20 }),
    grant: (permits: number) => {
      member.granted = permits;
    },
    pause: (ms: number) => {
      member.paused = ms;
    },
  };
  return member;
}

async function newLimit() {
  return postgresLimit(await newDatabase(), 'q', silentLog);
}

/** With the table, in a schema `q`. */
async function newDatabase(): Promise<Database> {
  const database = await (await postgresServer()).database();
  onTestFinished(() => database.drop());
  const settings = { url: databaseUrl().parse(database.url), schema: 'q', tls: undefined };
  const context = { clock: systemClock, cwd: '/', env: {}, log: silentLog, name: 'queue' };
  const made = new Database(settings, context);
  onTestFinished(() => made.end());
  await made.statement(NEVER, `create schema q; ${limitsTable('q')}`);
  return made;
}

const NEVER = new AbortController().signal;
