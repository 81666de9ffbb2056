import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as it came over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Keys that a store knows. */
export interface KnownKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where they are lent for a time. */
  readonly sessionToken?: string;
}

/** Why a request is not let in: the store's code for it, and words. */
export interface SignatureFault {
  readonly code: string;
  readonly message: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
/** How far a request's clock may be away. */
const MOST_SKEW_MS = 15 * 60_000;

/**
 * What is wrong with the signature of a request in its header, of the fourth version; undefined where nothing is.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signatureFault(
  request: SignedRequest,
  keys: KnownKeys,
  { region, nowMs }: { readonly region: string; readonly nowMs: number },
): SignatureFault | undefined {
  const { headers, body } = request;
  const [, id, day, signedRegion, names = '', signature = ''] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (id === undefined) return fault('AccessDenied', 'Anonymous access is forbidden for this operation');
  if (id !== keys.accessKeyId)
    return fault('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  if (signedRegion !== region)
    return fault(
      'AuthorizationHeaderMalformed',
      `The region '${signedRegion}' is wrong; expecting '${region}'`,
    );
  const date = headers['x-amz-date'] ?? '';
  if (!date.startsWith(day ?? '-') || Math.abs(momentOf(date) - nowMs) > MOST_SKEW_MS)
    return fault(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  if (headers['x-amz-security-token'] !== keys.sessionToken)
    return fault('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  const signed = names.split(';');
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (!signed.includes('host') || unsigned.length > 0)
    return fault('AccessDenied', 'There were headers present in the request which were not signed');
  if (headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex'))
    return fault(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  const expected = signatureOf(request, signed, keys.secretAccessKey, region);
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
    ? undefined
    : fault(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided.',
      );
}

/** @param signed names of headers, in small letters and in order */
export function signatureOf(
  request: SignedRequest,
  signed: readonly string[],
  secretAccessKey: string,
  region: string,
): string {
  const { headers } = request;
  const date = headers['x-amz-date'] ?? '';
  const scope = [date.slice(0, 8), region, 's3', 'aws4_request'];
  const canonical = createHash('sha256').update(canonicalRequest(request, signed)).digest('hex');
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), canonical].join('\n');
  const key = scope.reduce<string | Buffer>(
    (before, part) => createHmac('sha256', before).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

function canonicalRequest({ method, target, headers }: SignedRequest, signed: readonly string[]): string {
  const [path = '', query = ''] = splitTarget(target);
  const parameters = query
    .split('&')
    .filter((one) => one !== '')
    .map((one) => {
      const [name = '', value = ''] = one.split('=');
      return [uriEncoded(percentDecoded(name)), uriEncoded(percentDecoded(value))] as const;
    })
    .sort(([a, one], [b, other]) => compare(a, b) || compare(one, other));
  return [
    method,
    path
      .split('/')
      .map((segment) => uriEncoded(percentDecoded(segment)))
      .join('/'),
    parameters.map(([name, value]) => `${name}=${value}`).join('&'),
    ...signed.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signed.join(';'),
    headers['x-amz-content-sha256'] ?? '',
  ].join('\n');
}

/** The path and the query of a request, as they were sent. */
export function splitTarget(target: string): readonly [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

/** Bytes as text of one character each: what is encoded need not be UTF-8. */
function percentDecoded(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Of such text. */
function uriEncoded(bytes: string): string {
  return bytes.replace(
    /[^A-Za-z0-9\-._~]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function momentOf(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) || 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function fault(code: string, message: string): SignatureFault {
  return { code, message };
}
