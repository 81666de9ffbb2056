import { createHash, webcrypto } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { HttpRequest } from '../http/http-client.js';
import { Secret } from '../secrets/secret.js';
import type { Credentials } from './credentials/credentials.js';

type Signable = Pick<HttpRequest<unknown>, 'url' | 'body'> & {
  readonly method: NonNullable<HttpRequest<unknown>['method']>;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * The headers of a request with its signature of the fourth version, over its body too: a store refuses one that was
 * changed on the way. It holds for a quarter of an hour.
 */
export async function signRequest(
  { method, url, headers, body = Buffer.alloc(0) }: Signable,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  { region, nowMs }: { readonly region: string; readonly nowMs: number },
): Promise<Record<string, string | Secret>> {
  const digest = await webcrypto.subtle.digest('SHA-256', body);
  const signer = new AwsV4Signer({
    method,
    url,
    headers: {
      ...headers,
      // Asked for where objects are locked for a time.
      ...(method === 'PUT' && { 'content-md5': createHash('md5').update(body).digest('base64') }),
      'x-amz-content-sha256': Buffer.from(digest).toString('hex'),
    },
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken && { sessionToken: sessionToken.reveal() }),
    service: 's3',
    region,
    datetime: new Date(nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
  });
  const signed = await signer.sign();
  const isSecret = (name: string) => name === 'authorization' || name === 'x-amz-security-token';
  return Object.fromEntries(
    [...signed.headers].map(([name, value]) => [name, isSecret(name) ? new Secret(value) : value]),
  );
}

/** A key or a parameter as it stands in a URL: every byte that is not plain as `%XX`, as the signature has it. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
