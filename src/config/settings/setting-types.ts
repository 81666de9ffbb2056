import { z } from 'zod';
import { faultOfObjectUrl, isObjectUrl, schemeOf } from '../../files/location.js';
import { Secret } from '../../secrets/secret.js';
import { parseDuration } from '../../time/duration.js';

/** The kinds of value that settings are made of. What they say about a wrong value never repeats it. */

/** A line of text that is not empty. */
export function text(): z.ZodString {
  return z
    .string()
    .min(1, 'must not be empty')
    .refine((value) => !/\p{Cc}/u.test(value), 'must not contain control characters or line breaks');
}

/** A key or password, kept so that it cannot be printed by accident. */
export function secret() {
  return z
    .string()
    .min(1, 'must not be empty')
    .transform((value, context) => {
      const wrong = faultOfSecret(value);
      if (wrong === undefined) return new Secret(value);
      context.addIssue(wrong);
      return z.NEVER;
    });
}

/** What people paste along with a key is named, so that it can be taken away; the key itself never is. */
function faultOfSecret(value: string): string | undefined {
  const pasted = value.trim();
  if (/^["'`“”‘’„«].*["'`“”‘’»]$/su.test(pasted)) {
    return 'must be the key alone: remove the quotes around it';
  }
  const [, variable] = /^(?:\$|%)([A-Z_][A-Z0-9_]*)%?$/.exec(pasted) ?? [];
  if (variable !== undefined)
    return `is the name of a variable and not a key: only \${${variable}}, with its braces, means what the variable holds`;
  const [, name] = SCHEMES.find(([scheme]) => scheme.test(pasted)) ?? [];
  if (name !== undefined) return `must be the key alone, without spaces: remove ${name} before it`;
  if (pasted !== value) return 'must be the key alone: remove the spaces or line breaks around it';
  if (/^[!-~]*$/.test(value)) return undefined;
  return 'must be a key without spaces, line breaks or letters beyond ASCII';
}

/** What stands before a key in the header that it is sent with. */
const SCHEMES = [
  [/^(?:authorization|x-api-key|dd-api-key)\s*:/i, 'the name of the header'],
  [/^token[\s:]/i, '"Token"'],
  [/^bearer[\s:]/i, '"Bearer"'],
] as const;

/** A folder or file; relative to the folder of the configuration. */
export function folder() {
  return place((value) => (schemeOf(value) === undefined ? undefined : NO_FOLDER));
}

/** The same, or what is below a prefix of an object store. */
export function folderOrObjects() {
  return place((value) => {
    if (isObjectUrl(value)) return faultOfObjectUrl(value);
    return schemeOf(value) === undefined ? undefined : OTHER_SCHEME;
  });
}

const NO_FOLDER =
  'must be a folder or file of this machine: s3:// is for ndjson, parquet, tableau-csv with layout: daily, and the state';
const OTHER_SCHEME =
  'must be a folder, or s3://bucket/prefix, which other stores are reached by as well: AWS_ENDPOINT_URL_S3 says where they are';

function place(faultOf: (value: string) => string | undefined) {
  return text()
    .refine((value) => !/^~(\/|$)/.test(value), `"~" is not expanded here: write \${HOME} or the whole path`)
    .superRefine((value, context) => {
      const fault = faultOf(value);
      if (fault !== undefined) context.addIssue(fault);
    });
}

const NOT_A_DURATION = 'must be a duration such as 60s, 5m, 36h or 7d';

/** A length of time as `60s`, `5m`, `36h`, `7d`, `4w` or in ISO 8601 as `P3D`; its value is in milliseconds. */
export function duration({ atLeast, atMost }: { readonly atLeast: string; readonly atMost: string }) {
  const least = parseDuration(atLeast) ?? 0;
  const most = parseDuration(atMost) ?? Number.POSITIVE_INFINITY;
  return z
    .string(NOT_A_DURATION)
    .meta({ pattern: orReference('\\d{1,6}[smhdw]|P[0-9TWDHMS]+') })
    .transform((value, context) => {
      const ms = parseDuration(value);
      if (ms !== undefined && ms >= least && ms <= most) return ms;
      context.addIssue(ms === undefined ? NOT_A_DURATION : `must be from ${atLeast} to ${atMost}`);
      return z.NEVER;
    });
}

/** The base URL of a service: https, or http to this machine; no user, query or fragment; no slash at its end. */
export function serviceUrl() {
  return text().transform((value, context) => {
    const wrong = faultOfUrl(value);
    if (wrong === undefined) return value.replace(/\/+$/, '');
    context.addIssue(wrong);
    return z.NEVER;
  });
}

/** A pattern for editors, which must not complain about `${NAME}`. */
export function orReference(pattern: string): string {
  return `^(?:${pattern})$|\\$\\{`;
}

/** What is wrong with the base URL of a service; undefined where nothing is. It repeats nothing of the URL, which may hold a key. */
export function faultOfUrl(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'must be a URL that starts with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must not contain "?" or "#"';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'must start with https:// (http:// is for this machine only)';
  }
  return undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
