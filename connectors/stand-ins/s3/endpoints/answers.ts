import type { StoredBucket } from '../account/stored-bucket.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A call that was let in. */
export interface Call {
  readonly method: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly nowMs: number;
}

/** What a store does, beside what is documented, that another one does not. */
export interface StoreRules {
  /** Bytes of a part, but for the last. */
  readonly leastPart: number;
  /** Keys of a page of a list. */
  readonly pageSize: number;
  /** `ignored` as many stores do that only speak the language of S3; `refused` as others. */
  readonly conditions: 'heeded' | 'ignored' | 'refused';
}

/** Answers a call; undefined for what is somebody else's. */
export type Endpoint = (call: Call, bucket: StoredBucket, rules: StoreRules) => Answer | undefined;

const STATUSES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  ConditionalRequestConflict: 409,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidToken: 400,
  KeyTooLongError: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
};

export function refused(code: string, message: string): Answer {
  return {
    status: STATUSES[code] ?? 400,
    ...xml(`<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`),
  };
}

export function xml(within: string): Pick<Answer, 'headers' | 'body'> {
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${within}`,
  };
}

export function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A key as a list has it with `encoding-type=url`. */
export function listed(key: string, encoding: string | undefined): string {
  return encoding === 'url'
    ? encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')
    : escaped(key);
}

export function metadataOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-')));
}
