/**
 * A caller's query may hold callback URLs with credentials, tags and key terms, so no part of it leaves this
 * folder but the language asked for, and whether the request was to be kept from training. What messages quote of it is
 * cut out in `message-redaction.ts`.
 */

/** With or without a scheme. */
const ORIGIN = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i;
/** Where a path ends, also where its caller has glued something on wrongly: no path of Deepgram has anything else. */
const BEHIND_PATH = /[^\w./~:@-]/;

/** `/v1/listen` of `/v1/listen?callback=…`, and of a whole URL; null for none. */
export function pathWithoutQuery(path: string): string | null {
  const bare = path.replaceAll('\\/', '/').replace(ORIGIN, '');
  const end = bare.search(BEHIND_PATH);
  const whole = end < 0 ? bare : bare.slice(0, end);
  if (!whole.includes('@')) return whole === '' ? null : whole;
  const behind = whole.slice(whole.lastIndexOf('@') + 1);
  const start = behind.indexOf('/');
  return start < 0 ? null : behind.slice(start);
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
