import { epochMs } from '../../../src/time/timestamp.js';
import type { RequestRow } from '../streams/requests.js';
import type { StateAges } from './request-state.js';

/**
 * No request is waited for longer than this after it was created, in milliseconds. Receivers that want each record
 * once take it for 18 hours at most (Datadog's logs), and there must be runs in between.
 */
export const LONGEST_WAIT_MS = 12 * 3_600_000;

/** Why a request may still change, and until when, in milliseconds since the epoch. */
interface Pending {
  readonly why: 'response' | 'cost' | 'callback';
  readonly untilMs: number;
}

/** What a request is judged by, beside what its record does not keep. */
type JudgedRequest = Pick<RequestRow, 'created_at' | 'completed_at' | 'status' | 'code' | Amounts>;

interface Seen {
  readonly hasResponse: boolean;
  /** The callback was tried, and nothing says that it is done. */
  readonly isCallbackOpen: boolean;
}

type Amounts = 'cost_usd' | 'audio_seconds' | 'tts_characters' | 'tokens_in' | 'tokens_out';

/**
 * What a request may still wait for; undefined where nothing is to come. Each reason ends, for what is waited for may
 * never come: the log of a request may be lost, a cost is given to some projects and keys only, and a callback is
 * given up.
 *
 * @param pricesComing false in a project whose requests never get a cost
 */
export function pendingOf(
  request: JudgedRequest,
  { hasResponse, isCallbackOpen }: Seen,
  ages: StateAges,
  pricesComing: boolean,
): Pending | undefined {
  const { status, code } = request;
  if (status !== 'error' && !(hasResponse && code !== null)) {
    const createdMs = epochMs(request.created_at);
    return { why: 'response', untilMs: createdMs + Math.min(ages.lostAfterMs, LONGEST_WAIT_MS) };
  }
  if (status === 'success' && pricesComing && lacksCost(request))
    return { why: 'cost', untilMs: endOfWait(request, ages) };
  if (isCallbackOpen) return { why: 'callback', untilMs: endOfWait(request, ages) };
  return undefined;
}

/**
 * Cost arrives later than the rest, first as 0: a request that used something and costs nothing yet may be restated.
 *
 * @see https://github.com/deepgram/deepgram-python-sdk/issues/457
 */
export function lacksCost(request: Pick<RequestRow, Amounts>): boolean {
  if ((request.cost_usd ?? 0) > 0) return false;
  const { audio_seconds, tts_characters, tokens_in, tokens_out } = request;
  return Boolean(audio_seconds || tts_characters || tokens_in || tokens_out);
}

function endOfWait({ created_at, completed_at }: JudgedRequest, { pricedWithinMs }: StateAges): number {
  const createdMs = epochMs(created_at);
  const completedMs = completed_at === null ? createdMs : epochMs(completed_at);
  return Math.min(Math.max(createdMs, completedMs) + pricedWithinMs, createdMs + LONGEST_WAIT_MS);
}
