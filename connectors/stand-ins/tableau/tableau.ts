import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from '../loopback.js';
import { emptySite, type Site, type StoredProject, type StoredUser } from './account/site.js';
import { type Answer, attributeIn, attributes, type Endpoint, escaped, ok } from './endpoints/call.js';
import { dataSourceEndpoints } from './endpoints/data-source-endpoints.js';
import { jobEndpoints } from './endpoints/job-endpoints.js';
import { siteEndpoints } from './endpoints/site-endpoints.js';
import { uploadEndpoints } from './endpoints/upload-endpoints.js';
import { Refused } from './rules/refused.js';
import { type AccessToken, sessions } from './server/sessions.js';

export interface TableauOptions {
  /** Personal access tokens by their names. */
  readonly tokens: Readonly<Record<string, AccessToken>>;
  readonly projects: readonly StoredProject[];
  readonly users: readonly StoredUser[];
  /** Default `3.24`. */
  readonly apiVersion?: string;
  /** The site's part of an address; default '', as the default site of a server has it. */
  readonly contentUrl?: string;
  /** Default: it stands still. */
  readonly now?: () => number;
  /** The most that one request may bring, in bytes; default 64 MB. */
  readonly requestBytes?: number;
  /** The most that an update may bring, in bytes; default 100 MB. */
  readonly updateBytes?: number;
}

/**
 * What goes wrong with a call: an answer instead of it, none at all, or, after it was done, its answer lost or not sent.
 */
export type TableauFault =
  | 'hang'
  | 'hang after'
  | 'lost'
  | { readonly status: number; readonly body?: string };

/** A server on loopback that does what Tableau documents about its REST API. */
export interface Tableau {
  readonly url: string;
  readonly site: Site;
  /** `PATCH /datasources/<id>/data`: every call, refused ones included. */
  readonly calls: readonly string[];
  /** Faults to come by call without its ids, such as `PATCH /datasources/data`; each entry meets one call. */
  readonly faults: Map<string, (TableauFault | undefined)[]>;
  /** What every call meets until it is taken back; undefined at first. */
  lastingFault: TableauFault | undefined;
  /** Sessions that are open. */
  sessions(): number;
  /** Ends every session, as time does. */
  expireSessions(): void;
  /** Told of every call before it is answered. */
  onCall: ((call: string) => void) | undefined;
  close(): Promise<void>;
}

const MEGABYTE = 1_048_576;
const SITE_ID = '6b7179ba-b82b-4f0f-91ed-812074ac5da6';

export async function startTableau(options: TableauOptions): Promise<Tableau> {
  const { apiVersion = '3.24', contentUrl = '', requestBytes = 64 * MEGABYTE } = options;
  const site = emptySite(options.projects, options.users);
  const open = sessions(options.tokens, options.now ?? (() => 0));
  const endpoints: readonly Endpoint[] = [
    ...siteEndpoints,
    ...uploadEndpoints,
    ...jobEndpoints,
    ...dataSourceEndpoints(options.updateBytes ?? 100 * MEGABYTE),
  ];
  const calls: string[] = [];

  const signIn = (body: Buffer): Answer => {
    const xml = body.toString('utf8');
    const session = open.signIn(
      attributeIn(xml, 'credentials', 'personalAccessTokenName') ?? '',
      attributeIn(xml, 'credentials', 'personalAccessTokenSecret') ?? '',
    );
    if (attributeIn(xml, 'site', 'contentUrl') !== contentUrl)
      throw new Refused('401001', 'Signin Error', 'Error signing in to Tableau Server');
    const place = `<site${attributes({ id: SITE_ID, contentUrl })}/><user${attributes({ id: session.userId })}/>`;
    return ok(`<credentials${attributes({ token: session.id })}>${place}</credentials>`);
  };
  const answerTo = async (request: IncomingMessage, body: Buffer): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, version = '', path = ''] = /^\/api\/([\d.]+)(\/.*)$/.exec(pathname) ?? [];
    const method = request.method ?? 'GET';
    if (method === 'GET' && path === '/serverinfo')
      return ok(
        `<serverInfo><productVersion build="1">2024.3.0</productVersion><restApiVersion>${apiVersion}</restApiVersion></serverInfo>`,
      );
    if (numberOf(version) > numberOf(apiVersion) || version === '')
      throw new Refused('404000', 'Resource Not Found', `There is no version ${version} of the API here`);
    if (body.length > requestBytes)
      throw new Refused('413000', 'Payload Too Large', 'The request is too large');
    if (path === '/auth/signin') return signIn(body);
    const token = request.headers['x-tableau-auth'];
    const userId = open.userOf(token);
    if (path === '/auth/signout') {
      open.end(token);
      return ok('', 204);
    }
    const below = path.startsWith(`/sites/${SITE_ID}/`) ? path.slice(`/sites/${SITE_ID}`.length) : '';
    const endpoint = endpoints.find((one) => one.method === method && one.pattern.test(below));
    if (endpoint === undefined)
      throw new Refused('404000', 'Resource Not Found', `There is no ${method} ${path}`);
    const captured = (endpoint.pattern.exec(below) ?? [])
      .slice(1)
      .map((one) => decodeURIComponent(one ?? ''));
    return endpoint.answer({
      method,
      captured,
      query: searchParams,
      headers: request.headers,
      body,
      site,
      userId,
    });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = nameOf(request);
    calls.push(call);
    tableau.onCall?.(call);
    const fault = tableau.lastingFault ?? tableau.faults.get(kindOf(call))?.shift();
    if (fault === 'hang') return;
    if (typeof fault === 'object') return void response.writeHead(fault.status).end(fault.body ?? '');
    const { status, xml } = await answerTo(request, Buffer.concat(chunks)).catch(refusal);
    if (fault === 'hang after') return;
    if (fault === 'lost') response.destroy();
    else if (status === 204) response.writeHead(status).end();
    else {
      const text = `<?xml version='1.0' encoding='UTF-8'?><tsResponse xmlns="http://tableau.com/api">${xml}</tsResponse>`;
      response.writeHead(status, { 'content-type': 'application/xml;charset=utf-8' }).end(text);
    }
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const tableau: Tableau = {
    url: await listen(server, 0),
    site,
    calls,
    faults: new Map(),
    lastingFault: undefined,
    sessions: open.count,
    expireSessions: open.expireAll,
    onCall: undefined,
    close: () => close(server),
  };
  return tableau;
}

function refusal(error: unknown): Answer {
  if (!(error instanceof Refused)) throw error;
  const words = `<summary>${escaped(error.summary)}</summary><detail>${escaped(error.message)}</detail>`;
  return { status: error.status, xml: `<error code="${error.code}">${words}</error>` };
}

/** `3.24` after `3.9`. */
function numberOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}

/** The call without what is the same in all of them. */
function nameOf({ method, url }: IncomingMessage): string {
  const { pathname } = new URL(url ?? '/', 'http://127.0.0.1');
  return `${method} ${decodeURIComponent(pathname)
    .replace(/^\/api\/[\d.]+/, '')
    .replace(`/sites/${SITE_ID}`, '')}`;
}

/** The call without its ids. */
function kindOf(call: string): string {
  return call.replace(/\/(?:[0-9a-f-]{36}|[^/]*:[^/]*|job-\d+)(?=\/|$)/g, '');
}
