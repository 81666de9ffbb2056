import type { Row } from '../../../src/streams/field.js';
import { excerpt } from '../../../src/text/one-line.js';
import type { Day } from '../../../src/time/day.js';
import type { RequestRow } from '../../deepgram/streams/requests.js';

/** A request as the page lists it: nothing that callers have said, and nobody's name. */
export type LoggedRequest = Readonly<
  Pick<
    RequestRow,
    | 'created_at'
    | 'request_id'
    | 'status'
    | 'endpoint'
    | 'method'
    | 'code'
    | 'error_message'
    | 'api_key_id'
    | 'api_key_name'
    | 'model'
    | 'audio_seconds'
    | 'latency_ms'
    | 'cost_usd'
  >
>;

/** The last requests of a day, and the last of those that failed, the newest first. */
export interface DayLog {
  readonly project_id: string;
  readonly day: Day;
  readonly requests: readonly LoggedRequest[];
  readonly errors: readonly LoggedRequest[];
}

/** Of failed requests a fifth as many are listed. */
export function mostErrors(mostRequests: number): number {
  return Math.ceil(mostRequests / 5);
}

/** Holds on to the last `most` requests of a day, in whichever order they come. */
export function dayLog(of: Pick<DayLog, 'project_id' | 'day'>, most: number) {
  const requests = lastRows(most);
  const errors = lastRows(mostErrors(most));
  return {
    /** Records of a batch, of which nothing is held on to. */
    add(batch: readonly Row[]): void {
      // Safe: the stream is that of requests.
      const rows = batch as readonly RequestRow[];
      requests.add(rows);
      errors.add(rows.filter(({ status }) => status === 'error'));
    },
    log: (): DayLog => ({ ...of, requests: requests.newestFirst(), errors: errors.newestFirst() }),
  };
}

/**
 * Of the logs of some days what may be among the last `most`: a day that newer ones have enough of is left out.
 * What remains is the same in whichever order the days came.
 */
export function lastDays(logs: readonly DayLog[], most: number): readonly DayLog[] {
  let [requestsLeft, errorsLeft] = [most, mostErrors(most)];
  return [...logs]
    .sort((one, other) => (one.day < other.day ? 1 : -1))
    .map(({ requests, errors, ...of }) => {
      const kept = {
        ...of,
        requests: requestsLeft > 0 ? requests : [],
        errors: errorsLeft > 0 ? errors : [],
      };
      requestsLeft -= requests.length;
      errorsLeft -= errors.length;
      return kept;
    })
    .filter(({ requests, errors }) => requests.length + errors.length > 0);
}

function lastRows(most: number) {
  let kept: LoggedRequest[] = [];
  const cut = (): void => {
    kept = kept.sort(newestFirst).slice(0, most);
  };
  return {
    add(rows: readonly RequestRow[]): void {
      let oldest = kept.length >= most ? kept[most - 1]?.created_at : undefined;
      for (const row of rows) {
        if (oldest !== undefined && row.created_at < oldest) continue;
        kept.push(loggedRequest(row));
        if (kept.length < 2 * most) continue;
        cut();
        oldest = kept[most - 1]?.created_at;
      }
    },
    newestFirst: (): readonly LoggedRequest[] => {
      cut();
      return kept;
    },
  };
}

export function newestFirst(one: LoggedRequest, other: LoggedRequest): number {
  if (one.created_at !== other.created_at) return one.created_at < other.created_at ? 1 : -1;
  return one.request_id < other.request_id ? -1 : 1;
}

function loggedRequest(row: RequestRow): LoggedRequest {
  const { created_at, request_id, status, endpoint, method, code, error_message } = row;
  const { api_key_id, api_key_name, model, audio_seconds, latency_ms, cost_usd } = row;
  return {
    created_at,
    request_id,
    status,
    endpoint,
    method,
    code,
    error_message: error_message === null ? null : excerpt(error_message),
    api_key_id,
    api_key_name,
    model,
    audio_seconds,
    latency_ms,
    cost_usd,
  };
}
