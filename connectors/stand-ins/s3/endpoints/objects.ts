import { createHash } from 'node:crypto';
import { etagOf, type StoredBucket, type StoredObject } from '../account/stored-bucket.js';
import { type Answer, type Call, type Endpoint, metadataOf, refused, type StoreRules } from './answers.js';

/** Bytes of a key in UTF-8, at most. */
const LONGEST_KEY = 1024;

/** `PUT`, `GET`, `HEAD` and `DELETE` of one object. */
export const objects: Endpoint = (call, bucket, rules) => {
  const { method, key, query } = call;
  if (key === '' || query.has('uploadId') || query.has('uploads')) return undefined;
  switch (method) {
    case 'PUT':
      return put(call, bucket, rules);
    case 'GET':
    case 'HEAD':
      return get(call, bucket);
    case 'DELETE':
      bucket.objects.delete(key);
      return { status: 204 };
    default:
      return undefined;
  }
};

function put(call: Call, bucket: StoredBucket, rules: StoreRules): Answer {
  const { key, headers, body, nowMs } = call;
  if (Buffer.byteLength(key) > LONGEST_KEY) return refused('KeyTooLongError', 'Your key is too long');
  const broken = brokenBody(call);
  if (broken !== undefined) return broken;
  const unmet = unmetCondition(call, bucket.objects.get(key), rules);
  if (unmet !== undefined) return unmet;
  const etag = etagOf(body);
  bucket.objects.set(key, { bytes: body, etag, modifiedMs: nowMs, metadata: metadataOf(headers) });
  return { status: 200, headers: { etag } };
}

/** The body is not what its header says. */
export function brokenBody({ headers, body }: Call): Answer | undefined {
  const said = headers['content-md5'];
  if (said === undefined || said === createHash('md5').update(body).digest('base64')) return undefined;
  return refused('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function unmetCondition(
  { headers }: Call,
  found: StoredObject | undefined,
  { conditions }: StoreRules,
): Answer | undefined {
  const { 'if-none-match': noneMatch, 'if-match': match } = headers;
  if ((noneMatch ?? match) === undefined || conditions === 'ignored') return undefined;
  if (conditions === 'refused')
    return refused('NotImplemented', 'A header you provided implies functionality that is not implemented');
  if (match !== undefined && found === undefined)
    return refused('NoSuchKey', 'The specified key does not exist.');
  const isMet = noneMatch === undefined ? match === found?.etag : found === undefined;
  return isMet
    ? undefined
    : refused('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}

function get({ key, headers }: Call, bucket: StoredBucket): Answer {
  const found = bucket.objects.get(key);
  if (found === undefined) return refused('NoSuchKey', 'The specified key does not exist.');
  const { bytes, etag, metadata } = found;
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag)
    return refused('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  const about = { etag, ...metadata };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (from === undefined) return { status: 200, headers: about, body: bytes };
  const first = Number(from);
  if (first >= bytes.length) return refused('InvalidRange', 'The requested range is not satisfiable');
  const last = Math.min(to === '' ? Number.POSITIVE_INFINITY : Number(to), bytes.length - 1);
  return {
    status: 206,
    headers: { ...about, 'content-range': `bytes ${first}-${last}/${bytes.length}` },
    body: bytes.subarray(first, last + 1),
  };
}
