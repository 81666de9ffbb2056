import { type CheckResult, failedCheck } from '../../../src/catalogue/check-result.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { calledAs } from '../../../src/text/called-as.js';
import { formatCount } from '../../../src/text/text-table.js';
import type { Day } from '../../../src/time/day.js';
import {
  type ApiCall,
  type DeepgramApi,
  type Parameters,
  projectCall,
  type Scope,
} from '../api/deepgram-api.js';
import { keyScopes } from './key-scopes.js';

/**
 * Asks each kind of endpoint that the job needs for as little as it gives, and says what the key may read.
 *
 * @param skipsUnavailable true where it is no failure that the key may not read something
 */
export async function checkAccess(
  api: DeepgramApi,
  projects: readonly Project[],
  streams: readonly Stream[],
  today: Day,
  skipsUnavailable: boolean,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const names = projects.map(calledAs).join(', ');
  const listed: CheckResult = {
    what: 'list the projects',
    ok: true,
    detail: `${formatCount(projects.length)}: ${names}`,
  };
  const calls = projects.flatMap((project) => callsFor(project, streams, today));
  const tried = calls.map((call) => tryCall(api, call, skipsUnavailable, signal));
  return [listed, ...(await keyScopes(api, signal)), ...(await Promise.all(tried))];
}

function callsFor(project: Project, streams: readonly Stream[], today: Day): ApiCall[] {
  const kinds = new Set(streams.map(({ kind }) => kind));
  const range = { start: today, end: today };
  const call = (what: string, ...rest: [Scope, readonly string[], Parameters?]) =>
    projectCall(project, `read ${what}`, ...rest);
  return [
    ...(kinds.has('requests') ? [call('requests', 'usage:read', ['requests'], { limit: 1 })] : []),
    ...(kinds.has('usage') ? [call('usage', 'usage:read', ['usage', 'breakdown'], range)] : []),
    ...(kinds.has('billing') ? [call('billing', 'billing:read', ['billing', 'breakdown'], range)] : []),
    ...(kinds.has('balances') ? [call('balances', 'billing:read', ['balances'])] : []),
    ...(kinds.has('purchases') ? [call('purchases', 'billing:read', ['purchases'], { limit: 1 })] : []),
    ...(kinds.has('api_keys') ? [call('API keys', 'keys:read', ['keys'])] : []),
    ...(kinds.has('members') ? [call('members', 'members:read', ['members'])] : []),
    ...(kinds.has('models') ? [call('models', 'project:read', ['models'])] : []),
  ];
}

async function tryCall(
  api: DeepgramApi,
  call: ApiCall,
  skipsUnavailable: boolean,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { what, scope } = call;
  try {
    await api.get(call, signal);
    return { what, ok: true, detail: `allowed by ${scope}` };
  } catch (error) {
    const isLeftOut = skipsUnavailable && error instanceof ExportError && error.lacks !== undefined;
    if (isLeftOut) return { what, ok: true, detail: `left out, since the key lacks ${scope}` };
    return failedCheck(what, error);
  }
}
