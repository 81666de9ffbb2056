import { isTooManyFiles, TOO_MANY_FILES, TOO_MANY_FILES_HINT } from '../../errors/too-many-files.js';
import { excerpt } from '../../text/one-line.js';
import { formatDuration } from '../../time/duration.js';
import type { HttpLimits } from '../http-options.js';
import { FailedTry } from './failed-try.js';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
const NETWORK_HINT = 'Check the network, the host name and the proxy settings (HTTPS_PROXY, NO_PROXY).';

/** What went wrong before the head of an answer arrived. */
export function networkFailure(error: unknown, limits: HttpLimits): FailedTry {
  const limit = limitPassed(error, limits);
  if (limit !== undefined) return limit;
  const code = codeOf(error);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return new FailedTry('ABORTED', 'was not called: the connections are closed', { kind: 'interrupted' });
  }
  if (code === 'UND_ERR_ABORTED' && error instanceof Error) {
    if (/\(407\)/.test(error.message)) return proxyWantsLogin(error);
    const reason = `could not be reached through the proxy: ${excerpt(error.message)}`;
    return unreachable(reason, error);
  }
  if (isCertificateCode(code)) {
    return new FailedTry('HTTP_NETWORK', `showed a certificate that is not trusted (${code})`, {
      kind: 'permanent',
      hint: 'Behind a proxy that opens TLS, set NODE_EXTRA_CA_CERTS to the file of its certificate.',
      cause: error,
    });
  }
  if (isTooManyFiles(error)) {
    // Others may be closed by the next try.
    const details = { kind: 'transient', hint: TOO_MANY_FILES_HINT, cause: error } as const;
    return new FailedTry('TOO_MANY_FILES', `was not called: ${TOO_MANY_FILES}`, details);
  }
  const reason = UNREACHABLE.has(code) ? 'could not be reached' : 'broke the connection';
  return unreachable(`${reason} (${code})`, error);
}

function proxyWantsLogin(cause: unknown): FailedTry {
  const reason = 'could not be reached: the proxy wants to know who asks (407)';
  return new FailedTry('HTTP_NETWORK', reason, {
    kind: 'permanent',
    hint: 'Write the proxy’s user name and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT, with special characters as %40 and the like. Or name the host in NO_PROXY, where it can be reached without.',
    cause,
  });
}

/** What went wrong while the body was arriving. */
export function bodyFailure(error: unknown, limits: HttpLimits): FailedTry {
  const limit = limitPassed(error, limits);
  if (limit !== undefined) return limit;
  const reason = `sent an answer that was cut off (${codeOf(error)})`;
  return new FailedTry('HTTP_BODY', reason, { kind: 'transient', cause: error });
}

/** For what is larger than any page, by bytes or otherwise. */
export const TOO_LARGE_HINT =
  'No page of this API is that large: check that the configured URL leads to the API itself.';

/** The answer is larger than allowed; asking again would not shrink it. */
export function tooLarge(limits: Pick<HttpLimits, 'maxBodyBytes'>): FailedTry {
  const megabytes = Math.round((limits.maxBodyBytes / 1024 / 1024) * 10) / 10;
  return new FailedTry('HTTP_TOO_LARGE', `sent an answer larger than ${megabytes} MiB`, {
    kind: 'permanent',
    hint: TOO_LARGE_HINT,
  });
}

function limitPassed(error: unknown, limits: HttpLimits): FailedTry | undefined {
  switch (codeOf(error)) {
    case 'UND_ERR_CONNECT_TIMEOUT':
      return unreachable(`took no connection within ${formatDuration(limits.connectMs)}`, error);
    case 'UND_ERR_HEADERS_TIMEOUT':
      return timedOut(`did not answer within ${formatDuration(limits.headersMs)}`, error);
    case 'UND_ERR_BODY_TIMEOUT':
      return timedOut(`stopped in the middle of its answer for ${formatDuration(limits.bodyMs)}`, error);
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return tooLarge(limits);
    default:
      return undefined;
  }
}

function unreachable(reason: string, cause: unknown): FailedTry {
  return new FailedTry('HTTP_NETWORK', reason, { kind: 'transient', hint: NETWORK_HINT, cause });
}

/** @param status of an answer that came before the time was over */
export function timedOut(reason: string, cause?: unknown, status?: number): FailedTry {
  const answered = status === undefined ? {} : { status };
  return new FailedTry('HTTP_TIMEOUT', reason, { kind: 'transient', hint: NETWORK_HINT, cause, ...answered });
}

function isCertificateCode(code: string): boolean {
  return /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
