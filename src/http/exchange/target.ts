import { ExportError } from '../../errors/export-error.js';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The URL of a request, if a key may be sent there: `https:`, or `http:` to this machine.
 * Throws `CONFIG_INVALID` otherwise.
 *
 * @param plainHosts that `http:` may lead to as well
 */
export function targetOf(text: string, what: string, plainHosts: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && (LOOPBACK.test(url.hostname) || plainHosts.includes(url.hostname)))
    return url;
  throw new ExportError('CONFIG_INVALID', `Could not ${what}: ${complaint(url)}.`, {
    kind: 'config',
    hint: 'Use an https:// URL; http:// is for servers on this machine only, because keys would travel unencrypted.',
  });
}

function complaint(url: URL | undefined): string {
  if (url === undefined) return 'its address is not a URL';
  return `${url.host || 'its address'} would be called over ${url.protocol}// without encryption`;
}

/** Host and path, as messages show them: a query may hold what is nobody's business. */
export function placeOf(url: URL): string {
  return `${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}
