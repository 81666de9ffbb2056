import type { GeneratedRequest } from '../account/generated-request.js';
import { requestRecord } from '../account/raw-request.js';
import { findInLog, type LogQuery, readLog } from '../account/request-log.js';
import type { ProjectEndpoint, StandInAccount } from '../account/stand-in-account.js';
import { InvalidParameter } from '../server/answer.js';
import { momentRange } from '../server/time-range.js';

/** `/v1/projects/{id}/requests`: a page of the log. Requests older than the retention are not in it. */
export const listRequests: ProjectEndpoint = (account, project, query) => {
  account.clock.advance(account.clockStepMs);
  const page = wholeNumber(query, 'page', 0, 0, Number.MAX_SAFE_INTEGER);
  const limit = wholeNumber(query, 'limit', 10, 1, 1_000);
  const matches = filterOf(query);
  const log: LogQuery = { ...kept(account, query), project, ...(matches ? { matches } : {}) };
  const context = { project, nowUs: log.nowUs, forms: account.forms };
  const found = readPage(account, log, query.get('request_id'), page * limit, limit);
  return { page, limit, requests: found.map((request) => requestRecord(request, context)) };
};

/** `/v1/projects/{id}/requests/{request_id}`: one request, wrapped. */
export const getRequest: ProjectEndpoint = (account, project, _query, id) => {
  const log = { ...kept(account, new URLSearchParams()), project };
  const request = findInLog(account.findDay, log, id);
  if (request === undefined) return undefined;
  return { request: requestRecord(request, { project, nowUs: log.nowUs, forms: account.forms }) };
};

/** A whole number from the query; a bad one is answered with 400. */
export function wholeNumber(
  query: URLSearchParams,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new InvalidParameter(`${name}: use a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** A value of the query that must be one of some; a bad one is answered with 400. */
export function oneOf<T extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = allowed.find((candidate) => candidate === text);
  if (value === undefined) throw new InvalidParameter(`${name}: use one of ${allowed.join(', ')}.`);
  return value;
}

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
    (endpoint === undefined || endpoint === request.work.endpoint) &&
    (method === undefined || method === request.work.method) &&
    (deployment === undefined || deployment === request.deployment.split(':')[0]) &&
    (accessor === undefined || accessor === request.key.id);
}
