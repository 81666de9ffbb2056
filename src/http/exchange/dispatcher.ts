import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { ExportError } from '../../errors/export-error.js';
import type { HttpLimits } from '../http-options.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Our own connections: kept alive, limited in time and size, through the proxies of this environment. Lower-case
 * names win, as with curl, and so does HTTPS_PROXY over ALL_PROXY. Throws `CONFIG_INVALID` for a proxy that is no URL.
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
    httpsProxy: proxyOf(env),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
  });
}

/** What curl looks at, in its order: where one is set and empty, there is no proxy. */
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

function proxyOf(env: Env): string {
  const variable = PROXY_VARIABLES.find((name) => env[name] !== undefined);
  const proxy = (variable && env[variable]) ?? '';
  if (proxy === '' || isProxyUrl(proxy)) return proxy;
  // The value is not shown: it may hold a password.
  const isSocks = /^socks[45]?[ah]?:/i.test(proxy);
  throw new ExportError(
    'CONFIG_INVALID',
    isSocks
      ? `The environment’s ${variable} is a SOCKS proxy, which is not known here.`
      : `The environment’s ${variable} is not the URL of a proxy.`,
    {
      kind: 'config',
      hint: `Set ${isSocks ? 'HTTPS_PROXY' : variable} to a URL such as http://proxy.example.com:3128, or to nothing to go without one.`,
    },
  );
}

function isProxyUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
