import { createServer, type Server } from 'node:http';

export interface RequestLogOptions {
  readonly count: number;
  /** First second, without offset: UTC. */
  readonly from: string;
  /** Requests are spread evenly over the whole seconds from there. */
  readonly seconds: number;
  /** Records that a page has at most, whatever is asked for. Default 1000. */
  readonly most?: number;
  /** Whether `start` and `end` belong to the range; Deepgram does not say. Default included. */
  readonly ends?: 'included' | 'excluded';
  /** Default newest first, as Deepgram has it. */
  readonly order?: 'newest first' | 'oldest first';
  /** What the oldest record has for its time, when it is none. It is in every range. */
  readonly firstCreated?: string;
  /** True for a server that gives its first page whatever page is asked for. Default false. */
  readonly ignoresPage?: boolean;
}

/** One project `p-1` with a request log of known content, newest first by default; other endpoints answer `{}`. */
export async function requestLogServer(options: RequestLogOptions) {
  const log = logOf(options);
  let pages = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-type', 'application/json');
    if (url.pathname === '/v1/projects') response.end('{"projects":[{"project_id":"p-1","name":"Support"}]}');
    else if (url.pathname.endsWith('/requests')) {
      pages += 1;
      response.end(JSON.stringify(pageOf(log, url.searchParams, options)));
    } else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    /** How many pages were asked for. */
    pages: () => pages,
    close: () => closeServer(server),
  };
}

interface LoggedRequest {
  readonly request_id: string;
  created: string;
}

function logOf({ count, from, seconds, order, firstCreated }: RequestLogOptions): LoggedRequest[] {
  const start = Date.parse(`${from}Z`);
  const log = Array.from({ length: count }, (_, index) => ({
    request_id: `r-${String(index).padStart(6, '0')}`,
    created: new Date(start + Math.floor((index * seconds) / count) * 1_000)
      .toISOString()
      .replace('Z', '000Z'),
    path: '/v1/listen',
    response: { code: 200, details: { usd: 0.1, duration: 1 } },
  }));
  if (firstCreated !== undefined && log[0]) log[0].created = firstCreated;
  return order === 'oldest first' ? log : log.reverse();
}

function pageOf(
  log: readonly LoggedRequest[],
  query: URLSearchParams,
  { most = 1_000, ends, ignoresPage }: RequestLogOptions,
) {
  const start = Date.parse(query.get('start') ?? '');
  const end = Date.parse(query.get('end') ?? '');
  const inRange = log.filter(({ created }) => {
    const at = Date.parse(created);
    if (Number.isNaN(at)) return true;
    return ends === 'excluded' ? at > start && at < end : at >= start && at <= end;
  });
  const limit = Math.min(most, Number(query.get('limit')));
  const page = ignoresPage ? 0 : Number(query.get('page'));
  return { page, limit, requests: inRange.slice(page * limit, (page + 1) * limit) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
