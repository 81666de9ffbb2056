import { ExportError } from '../errors/export-error.js';

type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_REGION = 'us-east-1';
const REGION = /^[a-z0-9-]+$/;

/** Where a bucket is, without a slash at its end: each key comes behind one. */
export interface Endpoint {
  readonly url: string;
  readonly region: string;
}

/**
 * Where a bucket is: at AWS, or at the endpoint that the environment names, there always by its path, since not every
 * store has a host name for each bucket.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function bucketEndpoint(bucket: string, env: Env): Endpoint {
  const region = regionOf(env) ?? DEFAULT_REGION;
  const other = serviceEndpoint('S3', env);
  if (other !== undefined) return { url: `${other}/${bucket}`, region };
  const domain = domainOf(region);
  // The certificate is for one name before the domain.
  const isName = !bucket.includes('.');
  const host = isName ? `${bucket}.s3.${region}.${domain}` : `s3.${region}.${domain}`;
  return { url: `https://${host}${isName ? '' : `/${bucket}`}`, region };
}

/** The region that the environment names; undefined where it names none. */
export function regionOf(env: Env): string | undefined {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (!region) return undefined;
  if (REGION.test(region)) return region;
  throw new ExportError('CONFIG_INVALID', 'The environment’s AWS_REGION is not the name of a region.', {
    kind: 'config',
    hint: 'Set it to a name such as us-east-1; other stores say which one they want, often auto or us-east-1.',
  });
}

export function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** Where the environment says that a service is; undefined for AWS itself. */
export function serviceEndpoint(service: 'S3' | 'STS', env: Env): string | undefined {
  if (/^true$/i.test(env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? '')) return undefined;
  const own = `AWS_ENDPOINT_URL_${service}`;
  const name = env[own] ? own : 'AWS_ENDPOINT_URL';
  const value = env[name];
  if (!value) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.search + url.hash === ''
  )
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  // The value is not shown: it may hold a password.
  throw new ExportError('CONFIG_INVALID', `The environment’s ${name} is not the address of a server.`, {
    kind: 'config',
    hint: 'Set it to an address such as https://storage.example.com, without user, password, "?" and "#".',
  });
}
