import { isTooManyFiles, TOO_MANY_FILES, TOO_MANY_FILES_HINT } from './too-many-files.js';

/**
 * What kind of trouble it is, and so who can mend it:
 * - `config`: the user's file, options or environment;
 * - `auth`: a key that is refused or lacks a scope;
 * - `rate-limited`, `transient`: would pass if tried again later (and was tried);
 * - `permanent`: will not pass by trying again;
 * - `interrupted`: a signal or a deadline ended it;
 * - `bug`: ours.
 */
export type ErrorKind =
  | 'config'
  | 'auth'
  | 'rate-limited'
  | 'transient'
  | 'permanent'
  | 'interrupted'
  | 'bug';

/** Stable names to match on; messages may be reworded at any time. */
export type ErrorCode =
  | 'CONFIG_INVALID'
  | 'USAGE'
  | 'SUMMARY_FILE'
  | 'TOO_MANY_FILES'
  | 'PROJECT_UNKNOWN'
  | 'HTTP_STATUS'
  | 'HTTP_NETWORK'
  | 'HTTP_TIMEOUT'
  | 'HTTP_BODY'
  | 'HTTP_TOO_LARGE'
  | 'HTTP_REDIRECT'
  | 'SOURCE_ANSWER'
  | 'SOURCE_GAVE_UP'
  | 'STATE_REFUSED'
  | 'STATE_UNREADABLE'
  | 'STATE_LOCKED'
  | 'STATE_TAKEN_OVER'
  | 'SINK_FILES'
  | 'SINK_DEADLINE'
  | 'SINK_REFUSED'
  | 'SINK_FAILED'
  | 'PROCESS_ENDED'
  | 'ABORTED';

export interface ExportErrorDetails {
  readonly kind: ErrorKind;
  /** What to do about it, as a sentence. */
  readonly hint?: string | undefined;
  /** The HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** The vendor's own id of the failed call; its support asks for it. */
  readonly requestId?: string | undefined;
  /** The permission that the key lacks, in the vendor's words: `billing:read`. Only where that is why it was refused. */
  readonly lacks?: string | undefined;
  /** See `Failure`. */
  readonly reason?: string | undefined;
  readonly cause?: unknown;
}

/** Known to every copy of this package: the one that runs need not be the one that a sink throws the errors of. */
const EXPORT_ERROR: unique symbol = Symbol.for('deepgram-export.error');

/**
 * An error meant for people: the message says what happened and where, `hint` what to do. One of another copy of this
 * package is an instance too.
 */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly lacks: string | undefined;
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, details: ExportErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.kind = details.kind;
    this.hint = details.hint;
    this.status = details.status;
    this.requestId = details.requestId;
    this.lacks = details.lacks;
    this.reason = details.reason;
  }

  get [EXPORT_ERROR](): true {
    return true;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && EXPORT_ERROR in value;
  }
}

/** What a failure looks like in a receipt or a summary: plain data, safe to print. */
export interface Failure {
  readonly code: ErrorCode | 'BUG';
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint?: string;
  readonly request_id?: string;
  readonly lacks?: string;
  /**
   * What is the same in all failures of this kind, such as `api.deepgram.com answered 502 Bad Gateway`. Left out where a
   * message is one of its kind.
   */
  readonly reason?: string;
}

/** Whatever was thrown, as data; what is not ours is a bug and says so. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ExportError) {
    return {
      code: error.code,
      kind: error.kind,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.requestId === undefined ? {} : { request_id: error.requestId }),
      ...(error.lacks === undefined ? {} : { lacks: error.lacks }),
      ...(error.reason === undefined ? {} : { reason: error.reason }),
    };
  }
  if (isTooManyFiles(error)) {
    const message = `The program cannot go on: ${TOO_MANY_FILES}.`;
    return { code: 'TOO_MANY_FILES', kind: 'config', message, hint: TOO_MANY_FILES_HINT };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'BUG', kind: 'bug', message };
}

/** The error of a failure that another process has met. */
export function errorOf({ code, kind, message, hint, request_id: requestId, lacks, reason }: Failure): Error {
  return code === 'BUG'
    ? new Error(message)
    : new ExportError(code, message, { kind, hint, requestId, lacks, reason });
}

/** The same for failures that are one trouble: said once, with how many there are. */
export function kindOf({ code, kind, reason, message }: Failure): string {
  return JSON.stringify([code, kind, reason ?? message]);
}

/** The error that stands for an aborted signal: its own reason where that is one of ours. */
export function abortError(signal: AbortSignal): ExportError {
  if (signal.reason instanceof ExportError) return signal.reason;
  return new ExportError('ABORTED', 'Interrupted before it was finished.', {
    kind: 'interrupted',
    cause: signal.reason,
  });
}
