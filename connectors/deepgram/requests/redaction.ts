/**
 * A caller's query may hold callback URLs with credentials, tags and key terms, so no part of it leaves this
 * folder but the language asked for, and whether the request was to be kept from training.
 */

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
/** Where a query begins, also one that its caller has glued on wrongly: no path of Deepgram has any of these. */
const QUERY = /[?#&;]|%3f|%23|%26/i;

/** `/v1/listen` of `/v1/listen?callback=…`, and of a whole URL; null for none. */
export function pathWithoutQuery(path: string): string | null {
  const end = path.search(QUERY);
  const bare = (end < 0 ? path : path.slice(0, end)).replace(ORIGIN, '');
  return bare === '' ? null : bare;
}

const LANGUAGE = /[?&]language=([A-Za-z]{2,8}(?:-[A-Za-z0-9]{2,8}){0,2})(?:[&#]|$)/;

/** The language asked for, such as `en-US`; it is the one parameter that a record may keep elsewhere, or nowhere. */
export function languageInQuery(path: string): string | null {
  return LANGUAGE.exec(path)?.[1] ?? null;
}

const OPT_OUT = /[?&]mip_opt_out=(true|false)(?:[&#]|$)/;

/**
 * Whether the caller has opted out of the model improvement program; null where the query does not say so.
 *
 * @see https://developers.deepgram.com/docs/the-deepgram-model-improvement-partnership-program
 */
export function optOutInQuery(path: string): boolean | null {
  const [, said] = OPT_OUT.exec(path) ?? [];
  return said === undefined ? null : said === 'true';
}

const URL_IN_TEXT = /([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s"<>]*)/gi;
/** `'` ends no query: encoders leave it as it is. */
const QUERY_IN_TEXT = /\?[^\s"<>]+/g;

/** Longer messages are cut; it also bounds the work that a hostile one can make. */
const LONGEST = 2_000;

/** A message without the query strings and credentials of the URLs in it. */
export function withoutQueries(message: string | null): string | null {
  if (message === null) return null;
  const text = message.length > LONGEST ? withoutCutUrl(message.slice(0, LONGEST)) : message;
  if (!text.includes('?') && !text.includes('://')) return text;
  return text
    .replace(URL_IN_TEXT, (_url, scheme: string, rest: string) => scheme + withoutCredentials(rest))
    .replace(QUERY_IN_TEXT, '');
}

/** In a URL that is cut off, credentials may look like a host. */
function withoutCutUrl(text: string): string {
  const at = text.lastIndexOf('://');
  return at < 0 || /\s/.test(text.slice(at)) ? text : text.slice(0, at);
}

/** The URLs in messages are often the broken ones, so an `@` anywhere before the query counts. */
function withoutCredentials(url: string): string {
  const end = url.search(/[?#]/);
  const bare = end < 0 ? url : url.slice(0, end);
  // A `?` or `#` inside a password, which then is no query.
  if (!bare.includes('/') && bare.includes(':') && url.includes('@', bare.length)) return '';
  return bare.slice(bare.lastIndexOf('@') + 1);
}
