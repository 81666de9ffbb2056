import { ExportError } from '../../../src/errors/export-error.js';
import type { HttpAnswer, RefusalDetails } from '../../../src/http/http-client.js';
import { isJsonObject, type Json } from '../../../src/text/json-object.js';
import { keysAddress } from './app-address.js';
import { PayloadRefused } from './payload.js';

/** What was asked, and with what. */
export interface Asked {
  readonly site: string;
  readonly baseUrl: string;
  /** What was to be done, as it follows "Could not". */
  readonly what: string;
  /** What the application key must be allowed; undefined where only an API key was sent. */
  readonly permissions: string | undefined;
}

/**
 * The error's own words, but where keys are refused: a wrong key, a wrong site and a missing permission answer alike, so
 * one error names them all.
 */
export function refusalOf(error: unknown, { site, baseUrl, what, permissions }: Asked): unknown {
  if (!hasStatus(error, 401, 403)) return error;
  const refused = permissions === undefined ? 'the API key' : `to ${what}`;
  return new ExportError('SINK_REFUSED', `Datadog refused ${refused} (${error.status} from ${baseUrl}).`, {
    kind: 'auth',
    hint:
      permissions === undefined
        ? 'A wrong key and a wrong site look the same here. Check that `api_key` is an API key of your account ' +
          `(not an application key), and that \`site\`, now ${site}, is the one in your Datadog address.`
        : 'Check that `api_key` and `app_key` are an API key and an application key of the same organization; ' +
          `that \`site\`, now ${site}, is the one in your Datadog address; and that the application key and its ` +
          `owner's role have the permissions ${permissions} (${keysAddress(site)}).`,
    status: error.status,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    cause: error,
  });
}

/** True for an answer with one of these statuses. */
export function hasStatus(
  error: unknown,
  ...statuses: readonly number[]
): error is ExportError & { readonly status: number } {
  return error instanceof ExportError && statuses.includes(error.status ?? 0);
}

/** For a `catch`: what is not there is none. Throws everything else. */
export function noneFor404(error: unknown): null {
  if (hasStatus(error, 404)) return null;
  throw error;
}

/** Reads `{"errors": ["Forbidden"]}`, and what logs have in place of each text. */
export function explainDatadog(answer: HttpAnswer): RefusalDetails {
  const errors = errorsIn(JSON.parse(answer.body.toString('utf8')));
  return errors.length === 0 ? {} : { message: errors.join('; ') };
}

/**
 * Throws `PayloadRefused` where an answer of 202 has errors in its body: it is no acknowledgement. Nothing is documented
 * that would come so; the same list comes with 400.
 */
export function refuseErrors(json: Json): void {
  const errors = errorsIn(json);
  if (errors.length > 0)
    throw new PayloadRefused(`Datadog answered 202, but with errors: ${errors.join('; ')}`);
}

/** What is said under `errors`; nothing where there is no such list. */
function errorsIn(body: unknown): readonly string[] {
  return isJsonObject(body) && Array.isArray(body.errors) ? body.errors.map(formatError) : [];
}

/** `Forbidden`, and of `{"status": "403", "title": "Forbidden", "detail": "Unknown key"}` `Forbidden: Unknown key`. */
function formatError(error: unknown): string {
  if (!isJsonObject(error)) return String(error);
  const texts = [error.title, error.detail].filter((text) => typeof text === 'string' && text !== '');
  return texts.length > 0 ? [...new Set(texts)].join(': ') : JSON.stringify(error);
}
