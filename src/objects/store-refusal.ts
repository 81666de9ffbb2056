import type { ErrorKind } from '../errors/export-error.js';
import type { HttpAnswer, RefusalDetails } from '../http/http-client.js';
import { textOf, xmlIn } from '../http/xml-answer.js';

/** What a code means where its status alone would be taken otherwise. */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  // Another one was writing: to be asked again.
  ConditionalRequestConflict: 'transient',
  OperationAborted: 'transient',
  NotImplemented: 'permanent',
  RequestTimeout: 'transient',
  // It arrived otherwise than it was sent.
  BadDigest: 'transient',
  IncompleteBody: 'transient',
  XAmzContentSHA256Mismatch: 'transient',
  ExpiredToken: 'auth',
  InvalidToken: 'auth',
};

const KEYS = 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they are of this store.';
const LENT =
  'Keys that are lent for a time have ended, or AWS_SESSION_TOKEN is not of these keys: get new ones.';
const REGION = 'Set AWS_REGION to the region of the bucket.';
const HINTS: Readonly<Record<string, string>> = {
  AccessDenied:
    'Check what its keys are allowed for this bucket and prefix, as docs/operate/object-stores.md lists it. Without ' +
    's3:ListBucket, an object that is not there is answered like this as well.',
  InvalidAccessKeyId: KEYS,
  SignatureDoesNotMatch: KEYS,
  ExpiredToken: LENT,
  InvalidToken: LENT,
  NoSuchBucket: 'Check the bucket’s name and AWS_ENDPOINT_URL_S3; buckets are not made here.',
  PermanentRedirect: REGION,
  AuthorizationHeaderMalformed: REGION,
  IllegalLocationConstraintException: REGION,
  RequestTimeTooSkewed: 'Set the clock of this machine right.',
};

/** What an answer says that refuses; an answer without a body says nothing. */
export function storeRefusal({ body, headers }: HttpAnswer): RefusalDetails {
  const requestId = headers['x-amz-request-id'];
  if (body.length === 0) return { requestId };
  const error = xmlIn({ body });
  const code = textOf(error, 'Code');
  const said = textOf(error, 'Message');
  return {
    message: said === '' ? code : `${said} (${code})`,
    hint: HINTS[code],
    kind: KINDS[code],
    requestId,
  };
}
