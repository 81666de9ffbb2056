import { json, serve } from '../../../http/loopback-server.js';

export interface LoggedRequest {
  readonly request_id: string;
  readonly created: string;
  readonly [field: string]: unknown;
}

/** A page that is asked for. */
export interface Asked {
  readonly page: number;
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Calls for pages before this one. */
  readonly calls: number;
}

export interface UnrulyLog {
  readonly log: readonly LoggedRequest[];
  /** Requests of a day by usage; a day that is left out has no row. Default: as many as the log has. */
  readonly usage?: Readonly<Record<string, number>>;
  /** What a page holds. Default: {@link pageOf}. */
  readonly page?: (log: readonly LoggedRequest[], asked: Asked) => readonly LoggedRequest[];
  /** What the answer says that a page has at most. Default: what was asked. */
  readonly limit?: (asked: number) => number | undefined;
}

/** One project `p-1` on loopback whose request log has pages of any kind. */
export async function unrulyLog({ log, usage = countedOf(log), page = pageOf, limit }: UnrulyLog) {
  const asked: Asked[] = [];
  const server = await serve((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/v1/projects')
      return json(response, 200, { projects: [{ project_id: 'p-1', name: 'Support' }] });
    if (pathname.endsWith('/usage/breakdown')) return json(response, 200, { results: resultsOf(usage) });
    if (!pathname.endsWith('/requests')) return json(response, 200, { api_keys: [], stt: [], tts: [] });
    const one: Asked = {
      page: Number(query.get('page')),
      limit: Number(query.get('limit')),
      start: Date.parse(query.get('start') ?? ''),
      end: Date.parse(query.get('end') ?? ''),
      calls: asked.length,
    };
    asked.push(one);
    const said = limit ? limit(one.limit) : one.limit;
    json(response, 200, { page: one.page, limit: said, requests: page(log, one) });
  });
  return { url: server.url, pages: () => asked.length, asked };
}

/** So many requests at even distances, the newest first. */
export function evenLog(count: number, from: string, seconds: number): LoggedRequest[] {
  const start = Date.parse(`${from}Z`);
  return Array.from({ length: count }, (_, at) =>
    logged(`r-${String(at).padStart(6, '0')}`, start + Math.floor((at * seconds * 1_000) / count)),
  ).reverse();
}

/** An answered request of that moment. */
export function logged(id: string, at: number, more: object = {}): LoggedRequest {
  const created = new Date(at).toISOString().replace('Z', '000Z');
  const response = { code: 200, completed: created, details: { usd: 0.1, duration: 1 } };
  return { request_id: id, created, path: '/v1/listen', response, ...more };
}

/** What of a log is within the range that is asked for, both ends included. */
export function within(log: readonly LoggedRequest[], { start, end }: Asked): readonly LoggedRequest[] {
  return log.filter(({ created }) => Date.parse(created) >= start && Date.parse(created) <= end);
}

/** The page as it should be. */
export function pageOf(log: readonly LoggedRequest[], asked: Asked): readonly LoggedRequest[] {
  return within(log, asked).slice(asked.page * asked.limit, (asked.page + 1) * asked.limit);
}

function countedOf(log: readonly LoggedRequest[]): Record<string, number> {
  const days: Record<string, number> = {};
  for (const { created } of log) days[created.slice(0, 10)] = (days[created.slice(0, 10)] ?? 0) + 1;
  return days;
}

function resultsOf(usage: Readonly<Record<string, number>>): object[] {
  return Object.entries(usage).map(([day, requests]) => ({
    hours: 1,
    requests,
    start: day,
    end: day,
    grouping: { start: day, end: day },
  }));
}
