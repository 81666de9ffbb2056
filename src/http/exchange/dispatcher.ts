import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { ExportError } from '../../errors/export-error.js';
import type { HttpLimits } from '../http-options.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Our own connections: kept alive, limited in time and size, through the proxies of this environment. Lower-case
 * names win, as with curl. Throws `CONFIG_INVALID` for a proxy that is no URL.
 */
export function createDispatcher(limits: HttpLimits, connections: number, env: Env): Dispatcher {
  const connect = { timeout: limits.connectMs };
  return new EnvHttpProxyAgent({
    // A socket is free a moment after its body ended; without this limit that moment opens another one.
    connections,
    connect,
    proxyTls: connect,
    requestTls: connect,
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.bodyMs,
    maxResponseSize: limits.maxBodyBytes,
    // Plain http only goes to this machine, where no proxy has a part in it. Empty rather than left out: undici
    // would look into the process's own environment.
    httpProxy: '',
    httpsProxy: httpsProxyOf(env),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
  });
}

function httpsProxyOf(env: Env): string {
  const proxy = env.https_proxy ?? env.HTTPS_PROXY ?? '';
  if (proxy === '' || isProxyUrl(proxy)) return proxy;
  // The value is not shown: it may hold a password.
  throw new ExportError('CONFIG_INVALID', 'The environment’s HTTPS_PROXY is not the URL of a proxy.', {
    kind: 'config',
    hint: 'Set HTTPS_PROXY to a URL such as http://proxy.example.com:3128, or unset it.',
  });
}

function isProxyUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
