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
  /** What an answer says that a page has at most. Default: as many as it has. */
  readonly says?: 'what was asked' | 'nothing';
  /** What pages are counted by. Default: by what they have. */
  readonly countedBy?: 'what was asked';
  /** True where requests of one moment are in another order with every call. */
  readonly ties?: 'turned';
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
  const tieOf = (place: number) => (manners.ties ? scattered(place, calls) : place);
  const shown = log
    .map((logged, place) => ({ ...logged, place }))
    .filter(({ arrivesAfter }) => arrivesAfter <= calls)
    .filter(({ at }) => (manners.ends === 'included' ? at >= start && at <= end : at > start && at < end))
    // Within one moment the order is nobody's promise: here it is that of the places.
    .sort((one, other) => one.at - other.at || tieOf(one.place) - tieOf(other.place));
  if (manners.order === 'newest first') shown.reverse();
  const asked = Number(query.get('limit'));
  const limit = Math.min(manners.most, asked);
  const page = Number(query.get('page'));
  const from = page * ((manners.countedBy ? asked : limit) - manners.overlap);
  const records = shown.slice(from, from + limit).map(({ at, place }) => ({
    request_id: idOf(place),
    created: createdText(at),
    path: '/v1/listen',
    response: { code: 200, details: { usd: 0.1, duration: 1 } },
  }));
  const said = { 'what was asked': { limit: asked }, nothing: {}, 'as it is': { limit } };
  return { page, ...said[manners.says ?? 'as it is'], requests: records };
}

/** A number that tells little of either. */
function scattered(place: number, calls: number): number {
  return Math.imul(Math.imul(place + 1, 0x9e3779b1) ^ (calls + 1), 0x85ebca6b) >>> 3;
}

function createdText(at: number): string {
  const micros = String(at % 1_000).padStart(3, '0');
  return new Date(Math.floor(at / 1_000)).toISOString().replace('Z', `${micros}Z`);
}
