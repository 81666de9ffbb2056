import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from '../loopback.js';
import { emptyOrganization, type Organization } from './account/organization.js';
import { alertRules } from './endpoints/alert-rules.js';
import { type Answer, type Endpoint, objectOf, ROLES, type Role, refused } from './endpoints/answers.js';
import { dashboards } from './endpoints/dashboards.js';
import { folders, search } from './endpoints/folders.js';

export interface GrafanaOptions {
  /** Tokens of service accounts, and what each may do. */
  readonly tokens: Readonly<Record<string, Role>>;
  /** True: the versions of a dashboard are a bare list, as older releases have it. Default false. */
  readonly bareVersions?: boolean;
}

/** A server on loopback that does what Grafana documents about its HTTP API. */
export interface Grafana {
  readonly url: string;
  readonly organization: Organization;
  /** `POST /api/folders`: every call that changes something, or tried to, refused ones included. */
  readonly changes: readonly string[];
  /** By call: what is done, but its answer lost. A test adds to it; each entry meets one call. */
  readonly lostAnswers: string[];
  close(): Promise<void>;
}

/** 401 without a token that it knows, 403 for one without the right, and what each endpoint refuses. */
export async function startGrafana({ tokens, bareVersions = false }: GrafanaOptions): Promise<Grafana> {
  const organization = emptyOrganization();
  const changes: string[] = [];
  const lostAnswers: string[] = [];
  const dataSources: Endpoint = {
    pattern: /^\/api\/datasources$/,
    needs: () => ['Admin', 'datasources:read'],
    answer: () => ({ status: 200, body: organization.dataSources }),
  };
  const endpoints = [
    dashboards(organization, { bareVersions }),
    folders(organization),
    search(organization),
    alertRules(organization),
    dataSources,
  ];

  const answerTo = async (
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
  ): Promise<Answer> => {
    const method = request.method ?? 'GET';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const role = Object.hasOwn(tokens, token) ? tokens[token] : undefined;
    if (role === undefined) return refused(401, 'Invalid API key', { messageId: 'api-key.invalid' });
    const endpoint = endpoints.find(({ pattern }) => pattern.test(path));
    if (endpoint === undefined) return refused(404, 'Not found');
    if (method !== 'GET') changes.push(`${method} ${path}`);
    const [needed, right] = endpoint.needs(method);
    if (ROLES.indexOf(role) < ROLES.indexOf(needed)) {
      return refused(
        403,
        `You'll need additional permissions to perform this action. Permissions needed: ${right}`,
        {
          title: 'Access denied',
        },
      );
    }
    const text = Buffer.concat(chunks).toString('utf8');
    return endpoint.answer({
      method,
      captured: (endpoint.pattern.exec(path) ?? []).slice(1).map((one) => decodeURIComponent(one ?? '')),
      query,
      body: objectOf(text === '' ? {} : JSON.parse(text)),
      headers: request.headers,
      login: `sa-${role.toLowerCase()}`,
    });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { status, body } = await answerTo(request, pathname, searchParams);
    const lost = lostAnswers.indexOf(`${request.method} ${pathname}`);
    if (lost !== -1) {
      lostAnswers.splice(lost, 1);
      response.destroy();
    } else if (status === 204) response.writeHead(status).end();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const url = await listen(server, 0);
  return { url, organization, changes, lostAnswers, close: () => close(server) };
}
