import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { HttpRequest } from '../../../src/http/http-client.js';
import { createHttpClient } from '../../../src/http/undici-client.js';
import { elementOf, textOf, type XmlElement, xmlIn } from '../../../src/http/xml-answer.js';
import { Secret } from '../../../src/secrets/secret.js';
import type { TableauPublishSettings } from '../publish-settings.js';
import { explainTableau, hasStatus } from './tableau-error.js';
import { attributeOf, xmlElement, xmlRequest } from './xml.js';

/** A call of the site that the token is signed in to. */
export interface SiteCall<T> extends Omit<HttpRequest<T>, 'url' | 'parse'> {
  /** What stands after the site's part of the URL: `/projects?pageSize=100`. */
  readonly path: string;
  /** `once` for what must not be done twice where its answer is lost. Default: it is tried again. */
  readonly tries?: 'once';
  readonly read: (answer: XmlElement) => T;
}

/** Tableau's REST API as one personal access token may use it. It signs in with the first call. */
export interface TableauSession {
  /** How messages call the server: `tableau.example.com, site marketing`. */
  readonly where: string;
  /** Of the REST API, such as `3.24`. */
  version(signal: AbortSignal): Promise<string>;
  userId(signal: AbortSignal): Promise<string>;
  call<T>(call: SiteCall<T>): Promise<T>;
  /** Signs out, and frees the connections. */
  close(): Promise<void>;
}

interface SignedIn {
  readonly siteId: string;
  readonly userId: string;
  readonly token: Secret;
  readonly sinceMs: number;
}

/** Uploads take their time, and so does a server that puts a file together. */
const LIMITS = { headersMs: 300_000, bodyMs: 300_000, totalMs: 600_000, deadlineMs: 900_000 };
/** Sessions last 120 minutes on Cloud: one that ends before was ended by another sign-in with the same token. */
const SURELY_OPEN_MS = 110 * 60_000;
/** How often in a run: two with one token would end each other's sessions for ever. */
const MOST_TAKEN_OVER = 3;
const SIGN_OUT_MS = 5_000;
/** Any version answers what the server's own is. */
const ANY_VERSION = '2.4';

export function tableauSession(settings: TableauPublishSettings, context: SinkContext): TableauSession {
  const { url, site, token_name: tokenName } = settings;
  const { log, clock, userAgent, env } = context;
  const options = { log, clock, userAgent, env, explain: explainTableau, limits: LIMITS };
  const again = createHttpClient(options);
  const once = createHttpClient({ ...options, retries: { attempts: 1 } });
  const where = `${new URL(url).host}${site === '' ? '' : `, site ${site}`}`;
  let versionFound: Promise<string> | undefined;
  let session: Promise<SignedIn> | undefined;
  let takenOver = 0;

  const version = (signal: AbortSignal): Promise<string> =>
    (versionFound ??= again
      .send({
        url: `${url}/api/${ANY_VERSION}/serverinfo`,
        what: `ask ${where} for its version`,
        signal,
        parse: (answer) => textOf(elementOf(xmlIn(answer), 'serverInfo'), 'restApiVersion'),
      })
      .catch((error) => {
        versionFound = undefined;
        throw error;
      }));

  const signIn = async (signal: AbortSignal): Promise<SignedIn> => {
    const credentials = {
      personalAccessTokenName: tokenName,
      personalAccessTokenSecret: settings.token_secret.reveal(),
    };
    const place = xmlElement('site', { contentUrl: site });
    try {
      return await again.send({
        url: `${url}/api/${await version(signal)}/auth/signin`,
        method: 'POST',
        headers: { 'content-type': 'application/xml' },
        body: xmlRequest(xmlElement('credentials', credentials, place)),
        what: `sign in to ${where}`,
        signal,
        parse: (answer) => {
          const root = xmlIn(answer);
          return {
            siteId: attributeOf(elementOf(root, 'site'), 'id'),
            userId: attributeOf(elementOf(root, 'user'), 'id'),
            token: new Secret(attributeOf(elementOf(root, 'credentials'), 'token')),
            sinceMs: clock.now(),
          };
        },
      });
    } catch (error) {
      if (!hasStatus(error, 401)) throw error;
      throw new ExportError('SINK_REFUSED', `Tableau refused the token ${tokenName} (${where}).`, {
        kind: 'auth',
        hint: error.hint,
        status: 401,
        cause: error,
      });
    }
  };
  const signedIn = (signal: AbortSignal): Promise<SignedIn> =>
    (session ??= signIn(signal).catch((error) => {
      session = undefined;
      throw error;
    }));
  /** In place of a session that is not known any more; of several calls that meet that, one signs in. */
  const signedInAnew = async (ended: SignedIn, signal: AbortSignal): Promise<SignedIn> => {
    if (session !== undefined && (await session) !== ended) return session;
    if (clock.now() - ended.sinceMs < SURELY_OPEN_MS) {
      takenOver += 1;
      if (takenOver > MOST_TAKEN_OVER) throw tokenShared(tokenName, where);
      log.warn(
        `The session of the token ${tokenName} was ended before its time, as another sign-in with it does. ` +
          'Signing in once more; give each job a token of its own.',
      );
    }
    session = undefined;
    return signedIn(signal);
  };
  const send = async <T>({ path, tries, read, ...request }: SiteCall<T>, by: SignedIn): Promise<T> =>
    (tries === 'once' ? once : again).send({
      ...request,
      url: `${url}/api/${await version(request.signal)}/sites/${by.siteId}${path}`,
      headers: { ...request.headers, 'X-Tableau-Auth': by.token },
      parse: (answer) => read(xmlIn(answer)),
    });

  return {
    where,
    version,
    userId: async (signal) => (await signedIn(signal)).userId,
    async call(call) {
      let by = await signedIn(call.signal);
      for (;;) {
        try {
          return await send(call, by);
        } catch (error) {
          if (!hasStatus(error, 401)) throw error;
          by = await signedInAnew(by, call.signal);
        }
      }
    },
    async close() {
      const last = await session?.catch(() => undefined);
      // Whoever cannot sign out leaves a session that ends by itself.
      if (last !== undefined) await signOut(last).catch(() => {});
      await Promise.all([again.close(), once.close()]);
    },
  };

  async function signOut({ token }: SignedIn): Promise<void> {
    const signal = AbortSignal.timeout(SIGN_OUT_MS);
    await once.send({
      url: `${url}/api/${await version(signal)}/auth/signout`,
      method: 'POST',
      headers: { 'X-Tableau-Auth': token },
      what: `sign out of ${where}`,
      signal,
      parse: () => undefined,
    });
  }
}

function tokenShared(tokenName: string, where: string): ExportError {
  return new ExportError(
    'SINK_REFUSED',
    `Another program keeps signing in to ${where} with the token ${tokenName}, which ends our session each time.`,
    { kind: 'auth', hint: 'A token has one session at a time: give each job a token of its own.' },
  );
}
