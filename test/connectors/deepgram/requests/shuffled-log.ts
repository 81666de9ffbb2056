import { DeepgramApi } from '../../../../connectors/deepgram/api/deepgram-api.js';
import { ExportError } from '../../../../src/errors/export-error.js';
import type { HttpClient } from '../../../../src/http/http-client.js';
import { Secret } from '../../../../src/secrets/secret.js';

/** One request of a log that is made up. */
export interface Logged {
  /** Microseconds since the epoch. */
  readonly at: number;
  /** Calls after which the log first shows it; 0 for what was there before. */
  readonly arrivesAfter: number;
}

/** How a server cuts its answers. */
export interface Manners {
  /** Records that a page has at most, whatever is asked for. */
  readonly most: number;
  /** Records of a page that the next one shows once more. */
  readonly overlap: number;
  readonly ends: 'included' | 'excluded';
  readonly order: 'newest first' | 'oldest first';
  /** Calls that are answered; all later ones fail. Default: all are. */
  readonly answers?: number;
}

/** A request log within this process; its records are told apart by their places in the list. */
export function shuffledLog(log: readonly Logged[], manners: Manners): DeepgramApi {
  let calls = 0;
  const http: HttpClient = {
    stats: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
    send: async ({ url, parse }) => {
      if (calls === manners.answers)
        throw new ExportError('HTTP_NETWORK', 'The log is gone.', { kind: 'transient' });
      const query = new URL(url).searchParams;
      const body = Buffer.from(JSON.stringify(pageOf(log, query, manners, calls)));
      calls += 1;
      return parse({ status: 200, headers: {}, body });
    },
    close: async () => {},
  };
  return new DeepgramApi(http, { baseUrl: 'http://127.0.0.1', apiKey: new Secret('key-of-the-log') });
}

export function idOf(place: number): string {
  return `r-${String(place).padStart(4, '0')}`;
}

function pageOf(log: readonly Logged[], query: URLSearchParams, manners: Manners, calls: number) {
  const start = Date.parse(query.get('start') ?? '') * 1_000;
  const end = Date.parse(query.get('end') ?? '') * 1_000;
  const shown = log
    .map((logged, place) => ({ ...logged, place }))
    .filter(({ arrivesAfter }) => arrivesAfter <= calls)
    .filter(({ at }) => (manners.ends === 'included' ? at >= start && at <= end : at > start && at < end))
    // Within one moment the order is nobody's promise: here it is that of the places.
    .sort((one, other) => one.at - other.at || one.place - other.place);
  if (manners.order === 'newest first') shown.reverse();
  const limit = Math.min(manners.most, Number(query.get('limit')));
  const page = Number(query.get('page'));
  const from = page * (limit - manners.overlap);
  const records = shown.slice(from, from + limit).map(({ at, place }) => ({
    request_id: idOf(place),
    created: createdText(at),
    path: '/v1/listen',
    response: { code: 200, details: { usd: 0.1, duration: 1 } },
  }));
  return { page, limit, requests: records };
}

function createdText(at: number): string {
  const micros = String(at % 1_000).padStart(3, '0');
  return new Date(Math.floor(at / 1_000)).toISOString().replace('Z', `${micros}Z`);
}
