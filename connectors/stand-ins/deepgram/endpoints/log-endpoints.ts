import { findInLog, type LogQuery, readLog } from '../account/request-log.js';
import type { GeneratedRequest } from '../account/requests/generated-request.js';
import { rawRequest } from '../account/requests/raw-request.js';
import type { StandInAccount } from '../account/stand-in-account.js';
import type { ProjectEndpoint } from './endpoint.js';
import { oneOf, wholeNumber } from './query-parameters.js';
import { momentRange } from './query-range.js';

/** `/v1/projects/{id}/requests`: a page of the log. Requests older than the retention are not in it. */
export const listRequests: ProjectEndpoint = (account, project, query) => {
  account.clock.advance(account.clockStepMs);
  const page = wholeNumber(query, 'page', 0, 0, Number.MAX_SAFE_INTEGER);
  const limit = wholeNumber(query, 'limit', 10, 1, 1_000);
  const matches = filterOf(query);
  const log: LogQuery = { ...kept(account, query), project, ...(matches ? { matches } : {}) };
  const { forms, prices } = account;
  const context = { project, nowUs: log.nowUs, forms, prices };
  const found = readPage(account, log, query.get('request_id'), page * limit, limit);
  return { page, limit, requests: found.map((request) => rawRequest(request, context)) };
};

/** `/v1/projects/{id}/requests/{request_id}`: one request, wrapped. */
export const getRequest: ProjectEndpoint = (account, project, _query, id) => {
  const log = { ...kept(account, new URLSearchParams()), project };
  const request = findInLog(account.findDay, log, id);
  if (request === undefined) return undefined;
  const { forms, prices } = account;
  return { request: rawRequest(request, { project, nowUs: log.nowUs, forms, prices }) };
};

/** The part of the asked-for range that the log still has. */
function kept(account: StandInAccount, query: URLSearchParams) {
  const nowMs = account.clock.now();
  const { fromUs, toUs } = momentRange(query);
  return { fromUs: Math.max(fromUs, (nowMs - account.retentionMs) * 1_000), toUs, nowUs: nowMs * 1_000 };
}

function readPage(
  account: StandInAccount,
  log: LogQuery,
  requestId: string | null,
  skip: number,
  limit: number,
): GeneratedRequest[] {
  if (requestId === null) return readLog(account.findDay, log, skip, limit);
  const request = findInLog(account.findDay, log, requestId);
  return request && skip === 0 && log.matches?.(request) !== false ? [request] : [];
}

function filterOf(query: URLSearchParams): ((request: GeneratedRequest) => boolean) | undefined {
  const status = oneOf(query, 'status', ['succeeded', 'failed']);
  const endpoint = oneOf(query, 'endpoint', ['listen', 'speak', 'read', 'agent']);
  const method = oneOf(query, 'method', ['sync', 'async', 'streaming']);
  const deployment = oneOf(query, 'deployment', ['hosted', 'beta', 'self-hosted', 'dedicated']);
  const accessor = query.get('accessor') ?? undefined;
  if (!(status ?? endpoint ?? method ?? deployment ?? accessor)) return undefined;
  return (request) =>
    (status === undefined || (status === 'failed') === request.code >= 400) &&
    (endpoint === undefined || endpoint === request.usage.endpoint) &&
    (method === undefined || method === request.usage.method) &&
    (deployment === undefined || deployment === request.deployment.split(':')[0]) &&
    (accessor === undefined || accessor === request.key.id);
}
