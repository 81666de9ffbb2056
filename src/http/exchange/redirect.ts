import type { HttpAnswer } from '../http-client.js';
import { FailedTry } from '../retry/failed-try.js';
import type { WireRequest } from './exchange.js';

const MOST = 3;
const HINT =
  'Set the configured URL to where the API answers itself; a key is never sent on to another host.';

/**
 * Sends, and follows up to three redirects within the same origin. One that leads elsewhere is refused: the
 * headers carry a key.
 */
export async function followRedirects(
  wire: WireRequest,
  send: (wire: WireRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  let current = wire;
  for (let followed = 0; ; followed += 1) {
    const answer = await send(current);
    const location = redirectOf(answer);
    if (location === undefined) return answer;
    if (followed === MOST) throw refused(answer, `redirected more than ${MOST} times`);
    current = { ...current, url: nextUrl(current, location, answer) };
  }
}

function redirectOf(answer: HttpAnswer): string | undefined {
  return [301, 302, 303, 307, 308].includes(answer.status) ? answer.headers.location : undefined;
}

function nextUrl(wire: WireRequest, location: string, answer: HttpAnswer): URL {
  const next = URL.canParse(location, wire.url.href) ? new URL(location, wire.url) : undefined;
  if (next === undefined) throw refused(answer, 'redirected to what is no URL');
  if (next.origin !== wire.url.origin) throw refused(answer, `redirected to ${next.protocol}//${next.host}`);
  // The other statuses would have the body dropped and the request turned into a GET.
  if (wire.method !== 'GET' && answer.status < 307) throw refused(answer, `redirected a ${wire.method}`);
  return next;
}

function refused(answer: HttpAnswer, reason: string): FailedTry {
  return new FailedTry('HTTP_REDIRECT', reason, { kind: 'permanent', status: answer.status, hint: HINT });
}
