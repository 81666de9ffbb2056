import { type ErrorCode, ExportError, type ExportErrorDetails } from '../../errors/export-error.js';

export interface FailedTryDetails extends ExportErrorDetails {
  /** The delay that the server asked for, in milliseconds, uncut. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * One try that went wrong. The message continues a sentence that begins with the place: `answered 502 Bad
 * Gateway`. Only the last one reaches the caller, as an {@link ExportError}.
 */
export class FailedTry extends Error {
  override readonly name = 'FailedTry';
  readonly code: ErrorCode;
  readonly details: FailedTryDetails;

  constructor(code: ErrorCode, reason: string, details: FailedTryDetails) {
    super(reason, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  /** True where the same request may well succeed later. */
  get isRetryable(): boolean {
    return this.details.kind === 'transient' || this.details.kind === 'rate-limited';
  }

  /** See {@link isSlow}. */
  get isSlow(): boolean {
    return isSlow({ code: this.code, status: this.details.status });
  }

  /** True where the server is overloaded, so that every request had better wait. */
  get isOverload(): boolean {
    return this.details.status === 429 || this.details.status === 503;
  }
}

/** Gateway statuses for a server behind it that took too long; 524 is Cloudflare's. */
const SLOW = [502, 504, 524];

/** True where a call that asks for less may succeed: the answer took too long, as we or a gateway found. */
export function isSlow({ code, status }: Pick<ExportError, 'code' | 'status'>): boolean {
  return status === undefined ? code === 'HTTP_TIMEOUT' : SLOW.includes(status);
}

/** What the caller of `send` gets to see. */
export function toExportError(
  failure: FailedTry,
  what: string,
  place: string,
  host: string,
  tries: number,
): ExportError {
  const effort = tries > 1 ? ` after ${tries} tries` : '';
  // The vendor's support asks for it, and a message is what gets copied into a ticket.
  const id = failure.details.requestId ? ` (request id ${failure.details.requestId})` : '';
  const message = `Could not ${what}${effort}: ${place} ${failure.message}${id}.`;
  return new ExportError(failure.code, message, { ...failure.details, reason: `${host} ${failure.message}` });
}
