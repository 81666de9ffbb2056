import { bufferPool } from '../../../src/encode/buffer-pool.js';
import { hasMoreValues } from '../../../src/encode/json-values.js';
import { parseJson } from '../../../src/encode/parse-json.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { HttpAnswer, HttpClient, RefusalDetails } from '../../../src/http/http-client.js';
import { TOO_LARGE_HINT } from '../../../src/http/retry/network-failure.js';
import { Secret } from '../../../src/secrets/secret.js';
import type { Project } from '../../../src/streams/partition.js';
import { calledAs } from '../../../src/text/called-as.js';
import { doubtOnBaseUrl } from './base-url.js';
import { PageSize } from './page-size.js';
import { hintOnScope } from './scopes.js';
import { arrayOf, type Json, objectOf, textOf } from './tolerant-json.js';

export type Parameters = Readonly<Record<string, string | number | readonly string[]>>;

/** What an API key must be allowed to do for a call. */
export type Scope = 'usage:read' | 'billing:read' | 'keys:read' | 'members:read' | 'project:read';

export interface ApiCall {
  readonly path: readonly string[];
  readonly parameters?: Parameters;
  /** What is being done, for logs and errors: `read the balances of Support`. */
  readonly what: string;
  readonly scope: Scope;
  /** Tries after which a slow answer stands, because the caller then asks for less. Default: all. */
  readonly slowAttempts?: number | undefined;
}

/** A call of one of a project's endpoints; the project is named behind `what`. */
export function projectCall(
  project: Project,
  what: string,
  scope: Scope,
  path: readonly string[],
  parameters: Parameters = {},
): ApiCall {
  const whole = ['v1', 'projects', project.id, ...path];
  return { path: whole, parameters, what: `${what} of ${calledAs(project)}`, scope };
}

/**
 * The management API: one method, since every call of it is a GET that answers one JSON object.
 *
 * @see https://developers.deepgram.com/reference/deepgram-api-overview
 */
export class DeepgramApi {
  /** Records of a page, for every call with a `limit`: 1,000 is the most that Deepgram gives. */
  readonly pageSize = new PageSize({ most: 1_000, least: 10, divisor: 10 });
  readonly #http: HttpClient;
  readonly #base: string;
  readonly #authorization: Secret;

  constructor(http: HttpClient, options: { readonly baseUrl: string; readonly apiKey: Secret }) {
    this.#http = http;
    this.#base = options.baseUrl.replace(/\/+$/, '');
    this.#authorization = new Secret(`Token ${options.apiKey.reveal()}`);
  }

  async get(call: ApiCall, signal: AbortSignal): Promise<Json> {
    const address = [this.#base, ...call.path.map((segment) => encoded(segment, call.what))].join('/');
    const query = queryOf(call.parameters ?? {});
    const most = call.parameters?.limit === undefined ? MOST_OF_A_LIST : MOST_OF_A_PAGE;
    try {
      return await this.#http.send({
        url: query === '' ? address : `${address}?${query}`,
        headers: { authorization: this.#authorization, accept: 'application/json' },
        what: call.what,
        slowAttempts: call.slowAttempts,
        maxBodyBytes: most.bytes,
        signal,
        parse: (answer) => parseObject(answer, most.values),
      });
    } catch (error) {
      throw withAdvice(error, call.scope, doubtOnBaseUrl(this.#base));
    }
  }
}

/**
 * What an answer can rightly be: bytes, and values in it. A thousand requests with 16 KiB and a thousand values each (a
 * usual one has 1 KiB and 40); of lists, which know no pages, a hundred thousand rows of 250 bytes and 20 values. A
 * list that is larger is asked for fewer days.
 */
const MOST_OF_A_PAGE = { bytes: 16 * 1024 * 1024, values: 1_000_000 };
const MOST_OF_A_LIST = { bytes: 32 * 1024 * 1024, values: 2_000_000 };

/** An id as one segment of a path; `..` would lead to other endpoints, however it is written. */
function encoded(segment: string, what: string): string {
  if (segment !== '.' && segment !== '..' && !LONE_SURROGATE.test(segment))
    return encodeURIComponent(segment);
  throw new ExportError('SOURCE_ANSWER', `Could not ${what}: its id is none that a URL can hold.`, {
    kind: 'permanent',
  });
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query.toString();
}

/**
 * A refusal for want of a permission with the scope that this call needs, and any with what is wrong with the base URL;
 * other errors as they are.
 */
function withAdvice(error: unknown, scope: Scope, doubt: string | undefined): unknown {
  if (!(error instanceof ExportError) || error.kind === 'interrupted') return error;
  const { code, message, kind, status, requestId, reason } = error;
  const lacks = error.lacks === undefined ? undefined : scope;
  const hint = lacks === undefined ? (doubt ?? error.hint) : hintOnScope(lacks);
  if (hint === error.hint) return error;
  const details = status === undefined ? { kind } : { kind, status };
  return new ExportError(code, message, { ...details, hint, requestId, lacks, reason, cause: error });
}

/** What it throws is said behind "answered 200 with a body that cannot be used". */
function parseObject(answer: HttpAnswer, mostValues: number): Json {
  if (hasMoreValues(answer.body, mostValues)) {
    const message = `more than ${mostValues} values in one answer.`;
    throw new ExportError('HTTP_TOO_LARGE', message, { kind: 'permanent', hint: TOO_LARGE_HINT });
  }
  const object = objectOf(parseJson(answer.body));
  if (!object) throw new ExportError('HTTP_BODY', 'it is JSON, but no object.', { kind: 'transient' });
  if (isError(object)) {
    const { message, kind = 'transient', hint = ASK_SUPPORT, requestId, lacks } = explainRefusal(answer);
    throw new ExportError('HTTP_BODY', `an error: ${message}`, { kind, hint, requestId, lacks });
  }
  bufferPool.release(answer.body);
  return object;
}

/** True for an error in place of an answer, whatever its status says; lists beside its words are empty then. */
function isError(object: Json): boolean {
  return wordsOf(object) !== '' && Object.values(object).every((value) => arrayOf(value).length === 0);
}

const ASK_SUPPORT = 'If it stays so, ask Deepgram’s support, with the request id.';

/**
 * What Deepgram says in one of its three shapes of error: plain text, `{err_code, err_msg, request_id}`, or
 * `{category, message, details, request_id}`. What is refused is said by `category` or `err_code` whatever the status is:
 * permissions are refused with 401 as well as with 403.
 *
 * @see https://developers.deepgram.com/docs/errors
 */
export function explainRefusal(answer: HttpAnswer): RefusalDetails {
  const body = parsed(answer.body);
  const message = body ? wordsOf(body) : answer.body.toString('utf8');
  const requestId = textOf(body?.request_id) ?? answer.headers['dg-request-id'];
  const said = [textOf(body?.category), textOf(body?.err_code)];
  const [, status = answer.status] = STATUSES.find(([code]) => said.includes(code)) ?? [];
  return { message, requestId, ...REFUSALS[status] };
}

/** The status that belongs to what an error is called. */
const STATUSES = [
  ['INVALID_AUTH', 401],
  ['INSUFFICIENT_PERMISSIONS', 403],
  ['ASR_PAYMENT_REQUIRED', 402],
] as const;

const REFUSALS: Readonly<Record<number, RefusalDetails>> = {
  401: {
    kind: 'auth',
    hint: 'Check the API key in source.api_key: Deepgram does not know it. It may be deleted or expired, or a temporary token, which the management API does not take.',
  },
  402: {
    kind: 'permanent',
    hint: 'The project is out of credit: add some in Deepgram’s console. What is missing comes with a later run.',
  },
  // Which one it is, is known to who made the call.
  403: { kind: 'auth', lacks: 'a scope' },
  404: { kind: 'permanent', hint: 'Check source.base_url and source.projects.' },
};

/** What an error says; empty where a body is none. */
function wordsOf(body: Json): string {
  const message =
    textOf(body.err_msg) ?? textOf(body.message) ?? textOf(body.err_code) ?? textOf(body.category);
  return [message, textOf(body.details)].filter((part) => part !== null).join(' ');
}

function parsed(body: Buffer): Json | undefined {
  try {
    return objectOf(parseJson(body));
  } catch {
    return undefined;
  }
}
