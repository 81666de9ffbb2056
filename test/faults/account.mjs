import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const API_KEY = 'faults-key';

const PROJECTS = [
  { id: '1f6c0d5e-8f0b-4f5c-9a53-0c1d7f3b2a61', name: 'Support line' },
  { id: '5b0e3a94-6d27-4d10-b7f4-92c8e15a40d3', name: 'Voice "Beta", Zürich – 音声' },
];

/** What passes when a call is made again. */
const PASSING = [
  'rate-limited',
  'rate-limited-seconds',
  'rate-limited-date',
  'request-timeout',
  'server-error',
  'bad-gateway',
  'reset',
  'cut-body',
  'broken-json',
  'html',
];
/**
 * What ends a reading, and so fails the run: for runs that are killed anyway. Not among it is 403, a scope that the key
 * lacks: names that it may not read are left out for good.
 */
const REFUSING = ['unauthorized', 'redirect'];
/** What only ends with the program's time limits of minutes: likewise. */
const STALLING = ['stalled-headers', 'stalled-body', 'slow-drip'];
/** Every kind of fault that a call can meet. */
export const KINDS = [...PASSING, ...REFUSING, ...STALLING];

/**
 * Starts an account in a process of its own. Its clock stands at `now` (milliseconds since the
 * epoch), and moves with every page of the request log, so that new requests push others to the next page.
 *
 * @param projects default: two
 * @param busy how many of them have requests, and since which day. Default: all of them, on every day.
 */
export async function startAccount({
  now,
  seed,
  requestsPerDay = 1_200,
  prices = true,
  clockStepMs = 30_000,
  projects = PROJECTS,
  busy,
}) {
  const options = { apiKey: API_KEY, now, seed, requestsPerDay, prices, clockStepMs, projects, busy };
  const child = fork(fileURLToPath(new URL('account-process.mjs', import.meta.url)), [
    JSON.stringify(options),
  ]);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the account's process ended with ${code}`);
  });
  failed.catch(() => {}); // told to whoever waits for an answer
  const answer = async () => (await Promise.race([once(child, 'message'), failed]))[0].answer;
  const ask = (order, details = {}) => {
    child.send({ order, ...details });
    return answer();
  };
  const urls = await answer();
  return {
    ...urls,
    now: () => ask('now'),
    advance: (ms) => ask('advance', { ms }),
    /**
     * From now on this share of the calls goes wrong, in the ways that were met least so far: in those that pass,
     * with `refuses` also in those that do not; with `stalls` one more call never ends.
     */
    failing: (share, seed = 0, { refuses = false, stalls = false } = {}) =>
      ask('failing', {
        share,
        seed,
        kinds: refuses ? [...PASSING, ...REFUSING] : PASSING,
        stalls: stalls ? STALLING : [],
        retryAfterSeconds: seed % 2,
      }),
    /** From now on lists of requests, usage and billing come without their second half, or empty; undefined: whole. */
    shortening: (kind) => ask('shortening', { kind }),
    /** How many calls there were, and how often each kind of fault was `met`. */
    calls: () => ask('calls'),
    /** What the intake does with every call: `hang`, or nothing of the kind. */
    intakeFault: (fault) => ask('intakeFault', { fault }),
    /** How long the intake takes for a payload; it is stored in the middle of it. */
    intakeSlowness: (ms) => ask('intakeSlowness', { ms }),
    /** Every point that the intake holds. */
    points: () => ask('points'),
    /** Every log that the intake holds, in the order of arrival. */
    logs: () => ask('logs'),
    /** Puts an empty intake in place of the one so far; resolves with its URL. */
    emptyIntake: () => ask('emptyIntake'),
    close: () => child.disconnect(),
  };
}
