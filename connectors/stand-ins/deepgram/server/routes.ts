import type { Scope } from '../account/roles.js';
import type { StandInAccount } from '../account/stand-in-account.js';
import {
  getKey,
  getProject,
  listBalances,
  listKeys,
  listMembers,
  listModels,
  listProjects,
  listPurchases,
} from '../endpoints/account-endpoints.js';
import { billingBreakdown, billingFields } from '../endpoints/billing-endpoints.js';
import type { AccountEndpoint, ProjectEndpoint } from '../endpoints/endpoint.js';
import { getRequest, listRequests } from '../endpoints/log-endpoints.js';
import { BadRequest, InvalidParameter } from '../endpoints/query-parameters.js';
import { usage, usageBreakdown, usageFields } from '../endpoints/usage-endpoints.js';
import { type Answer, forbidden, modernError, notFound, type RefusalForm, unauthorized } from './answers.js';

/** One call, as far as the answer depends on it. */
export interface RoutedCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorizationOk: boolean;
}

export interface Permissions {
  readonly scopes: readonly Scope[];
  readonly refusals: RefusalForm;
  /** JSON, or text as it is, that replaces the answer of a path. */
  readonly answers: Readonly<Record<string, object | string>>;
  readonly errors: Readonly<Record<string, Answer>>;
}

interface Route<E> {
  readonly scope: Scope;
  readonly endpoint: E;
}

/** By what follows the project's id; `*` stands for one more id. */
const PROJECT_ROUTES = new Map<string, Route<ProjectEndpoint>>([
  ['', { scope: 'project:read', endpoint: getProject }],
  ['requests', { scope: 'usage:read', endpoint: listRequests }],
  ['requests/*', { scope: 'usage:read', endpoint: getRequest }],
  ['usage', { scope: 'usage:read', endpoint: usage }],
  ['usage/breakdown', { scope: 'usage:read', endpoint: usageBreakdown }],
  ['usage/fields', { scope: 'usage:read', endpoint: usageFields }],
  ['billing/breakdown', { scope: 'billing:read', endpoint: billingBreakdown }],
  ['billing/fields', { scope: 'billing:read', endpoint: billingFields }],
  ['balances', { scope: 'billing:read', endpoint: listBalances }],
  ['purchases', { scope: 'billing:read', endpoint: listPurchases }],
  ['keys', { scope: 'keys:read', endpoint: listKeys }],
  ['keys/*', { scope: 'keys:read', endpoint: getKey }],
  ['members', { scope: 'members:read', endpoint: listMembers }],
  ['models', { scope: 'project:read', endpoint: (account, _project, query) => listModels(account, query) }],
]);

const ACCOUNT_ROUTES = new Map<string, Route<AccountEndpoint>>([
  ['/v1/projects', { scope: 'project:read', endpoint: listProjects }],
  ['/v1/models', { scope: 'project:read', endpoint: listModels }],
]);

/** The answer of a healthy account: keys and scopes first, then whether there is such a thing, then the thing. */
export async function route(
  account: StandInAccount,
  { scopes, refusals, answers, errors }: Permissions,
  { method, path, query, authorizationOk }: RoutedCall,
  requestId: string,
): Promise<Answer> {
  if (!authorizationOk) return unauthorized(requestId);
  if (method !== 'GET') return { status: 405, body: 'Method Not Allowed' };
  const refused = errors[path];
  if (refused !== undefined) return refused;
  const canned = answers[path];
  if (canned !== undefined) return { status: 200, body: canned, contentType: 'application/json' };

  if (path === '/v1/auth/token') return { status: 200, body: { scopes } };
  const found = endpointOf(account, path, query);
  if (found === undefined) return { status: 404, body: 'Not Found' };
  if (!scopes.includes(found.scope)) return forbidden(found.scope, requestId, refusals);
  try {
    const body = await found.endpoint();
    return body === undefined ? notFound(found.what, requestId) : { status: 200, body };
  } catch (error) {
    if (error instanceof BadRequest) return { status: 400, body: error.message };
    if (!(error instanceof InvalidParameter)) throw error;
    return modernError(400, 'INVALID_PARAMETER', 'A parameter is not valid.', error.message, requestId);
  }
}

type Ready = Route<() => object | undefined | Promise<object | undefined>> & { readonly what: string };

/** The endpoint of a path with what it needs; what follows `requests/` or `keys/` is the id of one of them. */
function endpointOf(account: StandInAccount, path: string, query: URLSearchParams): Ready | undefined {
  const [, projectId, rest = ''] = /^\/v1\/projects\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  if (projectId === undefined) {
    const found = ACCOUNT_ROUTES.get(path);
    return found && { scope: found.scope, what: 'Path', endpoint: () => found.endpoint(account, query) };
  }
  const [, list, id] = /^(requests|keys)\/([^/]+)$/.exec(rest) ?? [];
  const found = PROJECT_ROUTES.get(id === undefined ? rest : `${list}/*`);
  if (found === undefined) return undefined;
  const project = account.projects.find((one) => one.id === projectId);
  return {
    scope: found.scope,
    what: project === undefined ? 'Project' : list === 'keys' ? 'Key' : 'Request',
    endpoint: () => project && found.endpoint(account, project, query, id ?? ''),
  };
}
