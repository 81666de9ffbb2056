import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from '../loopback.js';
import { emptyBucket, type StoredBucket } from './account/stored-bucket.js';
import { type Answer, type Call, refused, type StoreRules } from './endpoints/answers.js';
import { lists } from './endpoints/lists.js';
import { objects } from './endpoints/objects.js';
import { uploads } from './endpoints/uploads.js';
import { type KnownKeys, signatureFault, splitTarget } from './rules/signature.js';

/** What goes wrong with a call. */
export type StoreFault =
  /** 503, and nothing is done. */
  | 'slow-down'
  /** 409, and nothing is done. */
  | 'conflict'
  /** 403, and nothing is done. */
  | 'denied'
  /** It is done, and its answer lost. */
  | 'lost-answer'
  /** Nothing is done, and there is no answer. */
  | 'no-answer'
  /** Nothing is done, and nobody answers. */
  | 'hang'
  /** 200, whose body says that it failed: as the end of an upload may have it. Nothing is done. */
  | 'late-error';

/** A call that was let in, as tests look at it. */
export interface StoreCall {
  readonly method: string;
  readonly key: string;
  /** As it was sent. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From 1. */
  readonly number: number;
}

export interface ObjectStoreOptions {
  readonly keys: KnownKeys;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `bucket` alone. */
  readonly buckets?: readonly string[];
  /** Milliseconds since the epoch. Default: the time of the system. */
  readonly now?: () => number;
  readonly rules?: Partial<StoreRules>;
  /** Asked of each call. Default: nothing goes wrong. */
  readonly fault?: (call: StoreCall) => StoreFault | undefined;
  /** Default: any that is free. */
  readonly port?: number;
}

/** A store on loopback that does what S3 documents, with buckets by their path. */
export interface ObjectStore {
  readonly url: string;
  readonly buckets: ReadonlyMap<string, StoredBucket>;
  readonly calls: readonly StoreCall[];
  /** Why calls were not let in, by their codes. */
  readonly refusals: readonly string[];
  /** The same as the option; a test may set another one. */
  fault: (call: StoreCall) => StoreFault | undefined;
  /** Those that it lets in from now on. */
  keys: KnownKeys;
  close(): Promise<void>;
}

/** As S3 has it. */
const RULES: StoreRules = { leastPart: 5 * 1024 * 1024, pageSize: 1_000, conditions: 'heeded' };
const ENDPOINTS = [uploads, objects, lists];

export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
  const { region = 'us-east-1', now = Date.now, buckets: names = ['bucket'] } = options;
  const rules = { ...RULES, ...options.rules };
  const buckets = new Map(names.map((name) => [name, emptyBucket()]));
  const calls: StoreCall[] = [];
  const refusals: string[] = [];
  const store = { fault: options.fault ?? (() => undefined), keys: options.keys };

  const refuse = (code: string, message: string): Answer => {
    refusals.push(code);
    return refused(code, message);
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: target = '/' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const nowMs = now();
    const wrong = signatureFault({ method, target, headers, body }, store.keys, { region, nowMs });
    if (wrong !== undefined) return send(response, refuse(wrong.code, wrong.message), method);
    const [path, search] = splitTarget(target);
    const [bucketName = '', ...segments] = path.slice(1).split('/').map(decodeURIComponent);
    const bucket = buckets.get(bucketName);
    if (bucket === undefined)
      return send(response, refuse('NoSuchBucket', 'The specified bucket does not exist'), method);
    const call: Call = { method, key: segments.join('/'), query: queryOf(search), headers, body, nowMs };
    const seen: StoreCall = { method, key: call.key, query: search, headers, number: calls.length + 1 };
    calls.push(seen);
    const fault = store.fault(seen);
    const early = fault && EARLY[fault];
    if (early !== undefined) return send(response, early, method);
    if (fault === 'hang') return;
    if (fault === 'no-answer') return void response.destroy();
    const answer =
      ENDPOINTS.reduce<Answer | undefined>(
        (found, endpoint) => found ?? endpoint(call, bucket, rules),
        undefined,
      ) ?? refuse('MethodNotAllowed', 'The specified method is not allowed against this resource.');
    if (fault === 'lost-answer') return void response.destroy();
    send(response, answer, method);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const url = await listen(server, options.port ?? 0);
  return Object.assign(store, { url, buckets, calls, refusals, close: () => close(server) });
}

const EARLY: Partial<Record<StoreFault, Answer>> = {
  'slow-down': refused('SlowDown', 'Please reduce your request rate.'),
  conflict: refused('ConditionalRequestConflict', 'A conflicting operation occurred.'),
  denied: refused('AccessDenied', 'Access Denied'),
  'late-error': { ...refused('InternalError', 'We encountered an internal error.'), status: 200 },
};

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer, method: string): void {
  response.writeHead(status, {
    'x-amz-request-id': 'STANDINREQUEST',
    ...headers,
    ...(status !== 204 && { 'content-length': String(Buffer.byteLength(body)) }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

function queryOf(search: string): ReadonlyMap<string, string> {
  const pairs = search.split('&').filter((one) => one !== '');
  return new Map(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [decodeURIComponent(name), decodeURIComponent(value)];
    }),
  );
}
