/**
 * A process of its own: a Deepgram account and a Datadog intake that stay alive while the program is killed. It is
 * told what to do by `account.mjs`.
 */
import { startIntake } from '../../dist/connectors/stand-ins/datadog/intake.js';
import { startStandIn } from '../../dist/connectors/stand-ins/deepgram/stand-in.js';
import { dice } from './dice.mjs';

/** Of the kinds of fault, so many are at work in one run; the next one has others. */
const KINDS_AT_ONCE = 5;
/** A call that never ends is one of the first that a run makes, so that most runs come to it before they are killed. */
const CALLS_BEFORE_STALL = 8;

const { apiKey, busy, ...options } = JSON.parse(process.argv[2]);

const account = await startStandIn({ apiKey, ...options, requestsPerDay: requestsPerDay(options, busy) });
const newIntake = () => startIntake({ apiKey, clock: account.clock, historical: true });
let intake = await newIntake();

function requestsPerDay({ requestsPerDay: count, projects }, some) {
  if (some === undefined) return count;
  const ids = new Set(projects.slice(0, some.projects).map(({ id }) => id));
  return ({ id }, day) => (ids.has(id) && day >= some.since ? count : 0);
}

/** How often each kind of fault was met, by kind. */
function metByKind() {
  const met = {};
  for (const { fault } of account.calls) if (fault !== undefined) met[fault] = (met[fault] ?? 0) + 1;
  return met;
}

/** Of these kinds those that were met least so far; chance decides between equals. */
function leastMet(kinds, count, chance) {
  const met = metByKind();
  const shuffled = kinds.map((kind) => [kind, chance.fraction()]).sort(([, a], [, b]) => a - b);
  return shuffled
    .map(([kind]) => kind)
    .sort((a, b) => (met[a] ?? 0) - (met[b] ?? 0))
    .slice(0, count);
}

const orders = {
  now: () => account.clock.now(),
  advance: ({ ms }) => account.clock.advance(ms),
  failing: ({ share, seed, kinds, stalls, retryAfterSeconds }) => {
    const chance = dice(seed);
    account.faults.clear();
    account.faults.retryAfterSeconds = retryAfterSeconds;
    if (share > 0) account.faults.rate(share, seed, leastMet(kinds, KINDS_AT_ONCE, chance));
    let before = 1 + chance.below(CALLS_BEFORE_STALL);
    for (const kind of leastMet(stalls, 1, chance)) {
      account.faults.next(kind, 1, () => {
        before -= 1;
        return before < 0;
      });
    }
  },
  shortening: ({ kind }) => {
    account.faults.clear();
    if (kind) account.faults.rate(1, 1, [kind], ({ path }) => /\/(requests|usage|breakdown)$/.test(path));
  },
  calls: () => ({ all: account.calls.length, met: metByKind() }),
  intakeFault: ({ fault }) => {
    intake.lastingFault = fault ?? undefined;
  },
  intakeSlowness: ({ ms }) => {
    intake.slownessMs = ms;
  },
  points: () => intake.query(),
  logs: () => intake.logs.map(({ log }) => log),
  emptyIntake: async () => {
    await intake.close();
    intake = await newIntake();
    return intake.url;
  },
};

process.on('message', async ({ order, ...details }) =>
  process.send({ answer: await orders[order](details) }),
);
process.on('disconnect', () => process.exit());
process.send({ answer: { url: account.url, intakeUrl: intake.url } });
