import { burstBegun, type Limit, limitOf, refused, succeeded } from '../../../src/http/pacing/limit.js';

/** Requests of one process. */
export interface Member {
  /** In flight at most, whatever the others do. */
  readonly most: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** What it may have in flight, and has no less than that of. */
  readonly granted: number;
  /** Milliseconds since the epoch, by the database's clock: from then on it counts as dead. */
  readonly until: number;
}

/** What all processes know together. Plain data. */
export interface Shared {
  /** Undefined while nothing was refused: then each may have as many as it wants. */
  readonly limit?: Limit | undefined;
  /** Milliseconds since the epoch: nobody sends anything before. */
  readonly pausedUntil: number;
  /** When the latest burst of refusals began, and what each member had in flight with it, by id. */
  readonly burstAt: number;
  readonly sent: Readonly<Record<string, number>>;
  /** By id. */
  readonly members: Readonly<Record<string, Member>>;
}

/** What a member says of itself. */
export interface Report {
  readonly id: string;
  readonly most: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Since its last report. */
  readonly successes: number;
  readonly refused?: RefusedTogether | undefined;
}

/** Refusals since the last report. */
export interface RefusedTogether {
  readonly count: number;
  /** Requests that were in flight with the first of them. */
  readonly sent: number;
  readonly waitMs: number;
  /** True where all of them were sent before the latest pause. */
  readonly isLate: boolean;
}

/** What a member is told. */
export interface Answer {
  readonly granted: number;
  readonly permits: number;
  /** For how long nobody is to send anything. */
  readonly pauseMs: number;
  readonly members: number;
}

export const NOTHING_SHARED: Shared = { pausedUntil: 0, burstAt: 0, sent: {}, members: {} };

/** A process that has not been heard of for so long is dead, and what it had is free. */
const DEAD_AFTER_MS = 5_000;
/** Within so long members tell of one burst, although the pause that it asks for may be shorter. */
const BURST_MS = 1_000;
/** Where there are fewer permits than members, they take turns of this length. */
const TURN_MS = 1_000;

/** What is known after a member's report, and what it is told. Pure. */
export function exchange(before: Shared, report: Report, now: number): { shared: Shared; answer: Answer } {
  const members = new Map(Object.entries(before.members).filter(([, { until }]) => until > now));
  const { id, most, inFlight, waiting } = report;
  const known = members.get(id)?.granted ?? 0;
  members.set(id, { most, inFlight, waiting, granted: known, until: now + DEAD_AFTER_MS });
  const cap = sum([...members.values()].map((member) => member.most));
  const learnt = learn(before, report, members, cap, now);
  const permits = Math.min(learnt.limit?.permits ?? cap, cap);
  const others = sum([...members].map(([name, { granted }]) => (name === id ? 0 : granted)));
  const fair = sharesOf(members, permits, now).get(id) ?? 0;
  const granted = Math.max(0, Math.min(fair, permits - others));
  // What is in flight beyond that ends by itself, and is nobody else's before.
  members.set(id, {
    most,
    inFlight,
    waiting,
    granted: Math.max(granted, inFlight),
    until: now + DEAD_AFTER_MS,
  });
  if (most === 0) members.delete(id);
  return {
    shared: { ...learnt, members: Object.fromEntries(members) },
    answer: {
      granted,
      permits,
      pauseMs: Math.max(0, learnt.pausedUntil - now),
      members: members.size,
    },
  };
}

/** What the requests of a member say about the limit of all. */
function learn(
  before: Shared,
  { id, successes, refused: refusal }: Report,
  members: ReadonlyMap<string, Member>,
  cap: number,
  now: number,
): Omit<Shared, 'members'> {
  const { limit, pausedUntil, burstAt } = before;
  if (refusal === undefined) {
    const more = limit && succeeded(limit, cap, successes);
    return { ...before, limit: more && more.permits < cap ? more : undefined };
  }
  const begins = !refusal.isLate && now >= Math.max(pausedUntil, burstAt + BURST_MS);
  // Those of the others as they were lately, until they say how they were.
  const lately = Object.fromEntries([...members].map(([name, { inFlight }]) => [name, inFlight]));
  const sent = begins ? { ...lately, [id]: refusal.sent } : { ...before.sent };
  sent[id] = Math.max(sent[id] ?? 0, refusal.sent);
  const known = limitedTo(limit, cap);
  const burst = begins
    ? burstBegun(known, sum(Object.values(sent)))
    : withSent(known, sum(Object.values(sent)));
  return {
    limit: refused(burst, refusal.count),
    pausedUntil: Math.max(pausedUntil, now + refusal.waitMs),
    burstAt: begins ? now : burstAt,
    sent,
  };
}

function withSent(limit: Limit, sent: number): Limit {
  return { ...limit, burst: { ...limit.burst, sent } };
}

function limitedTo(limit: Limit | undefined, cap: number): Limit {
  return limit === undefined || limit.permits > cap ? { ...(limit ?? limitOf(cap)), permits: cap } : limit;
}

/**
 * Permits of each member: what it needs, as far as that goes, and of what is left as much as every other one that has
 * something to do.
 */
function sharesOf(
  members: ReadonlyMap<string, Member>,
  permits: number,
  now: number,
): ReadonlyMap<string, number> {
  const names = [...members.keys()].sort();
  // Who comes first gets what cannot be divided.
  const turn = Math.floor(now / TURN_MS) % names.length;
  const inTurn = [...names.slice(turn), ...names.slice(0, turn)];
  const shares = new Map(names.map((name) => [name, 0]));
  let left = permits;
  const need = ({ inFlight, waiting }: Member) => inFlight + waiting;
  for (const needOf of [need, (member: Member) => (need(member) > 0 ? member.most : 0)]) {
    let lacking = inTurn;
    while (left > 0) {
      lacking = lacking.filter((name) => {
        const member = members.get(name);
        return member !== undefined && (shares.get(name) ?? 0) < Math.min(member.most, needOf(member));
      });
      if (lacking.length === 0) break;
      for (const name of lacking.slice(0, left)) shares.set(name, (shares.get(name) ?? 0) + 1);
      left -= Math.min(left, lacking.length);
    }
  }
  return shares;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
