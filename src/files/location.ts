import { resolve } from 'node:path';

/*
 * Where a path of the configuration leads: to a folder or file of this machine, or to an object store, as
 * `s3://bucket/prefix`. Which of them it is can be told without either.
 */

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:\/\//;
const OBJECTS = /^s3:\/\//i;
/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Bytes of UTF-8. A key has 1,024 of them at most, and what we put behind a prefix takes up to 500. */
const LONGEST_PREFIX = 500;

/** A bucket and the beginning of keys in it: no slash at either end; empty for the whole bucket. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly prefix: string;
}

export function isObjectUrl(path: string): boolean {
  return OBJECTS.test(path);
}

/** What such an address begins with, such as `gs://`; undefined for a path. */
export function schemeOf(path: string): string | undefined {
  return SCHEME.exec(path)?.[0];
}

/** Absolute, or the address of an object store in its one form. */
export function locationOf(folder: string, path: string): string {
  return isObjectUrl(path) ? objectUrl(objectPlaceOf(path)) : resolve(folder, path);
}

export function objectUrl({ bucket, prefix }: ObjectPlace): string {
  return `s3://${prefix === '' ? bucket : `${bucket}/${prefix}`}`;
}

/** What an address says that {@link faultOfObjectUrl} has nothing against. */
export function objectPlaceOf(url: string): ObjectPlace {
  const [bucket = '', ...segments] = url.replace(OBJECTS, '').replace(/\/$/, '').split('/');
  return { bucket, prefix: segments.join('/') };
}

/** What is wrong with the address of objects; undefined where nothing is. */
export function faultOfObjectUrl(url: string): string | undefined {
  const { bucket, prefix } = objectPlaceOf(url);
  if (!BUCKET.test(bucket))
    return 'must name a bucket as s3://bucket/prefix: small letters, digits, "-" and "."';
  const segments = prefix === '' ? [] : prefix.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    return 'must not have an empty part, "." or ".." between its slashes';
  if (Buffer.byteLength(prefix) > LONGEST_PREFIX)
    return `must be shorter: ${LONGEST_PREFIX} bytes after the bucket`;
  return undefined;
}

/**
 * Variables of the environment with the keys to object stores. Nobody configures them, and they are never to be printed.
 */
export const OBJECT_SECRETS = [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
] as const;
