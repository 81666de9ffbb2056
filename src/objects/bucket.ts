import { ExportError } from '../errors/export-error.js';
import { objectPlaceOf, objectUrl } from '../files/location.js';
import type { HttpAnswer } from '../http/http-client.js';
import { createHttpClient } from '../http/undici-client.js';
import { elementsOf, textOf, type XmlElement, xmlIn } from '../http/xml-answer.js';
import { findCredentials } from './credentials/credentials.js';
import { bucketEndpoint } from './endpoint.js';
import type { ObjectContext } from './object-context.js';
import { encoded, signRequest } from './sign-request.js';
import { storeRefusal } from './store-refusal.js';

/** One call of an object store. */
export interface ObjectRequest<T> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** `write s3://…`, as it follows "Could not". */
  readonly what: string;
  readonly parse: (answer: HttpAnswer) => T;
}

/** An object that was read: its bytes, or the first of them. */
export interface FoundObject {
  readonly bytes: Buffer;
  /** Tells what is in it from what was in it before. */
  readonly etag: string;
  /** Bytes that it has in all. */
  readonly size: number;
  /** What {@link WriteOptions.mark} was when it was written. */
  readonly mark: string | undefined;
}

export interface WriteOptions {
  /** Writes only where nothing has the key (`new`), or what has this tag: else the call fails with the status 412. */
  readonly only?: 'new' | { readonly etag: string } | undefined;
  /** Kept with the object, for who wonders whether it was he who wrote it. */
  readonly mark?: string | undefined;
}

export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly modifiedMs: number;
}

/** What is below a prefix, up to the next slash or at any depth. */
export interface Listing {
  readonly objects: readonly ListedObject[];
  /** Beginnings of keys, with the slash at their end. Empty at any depth. */
  readonly folders: readonly string[];
}

export type Bucket = ReturnType<typeof openBucket>;

/** With it, an object says who wrote it. */
const MARK = 'x-amz-meta-deepgram-export';
/** What one call reads of a large object: bodies are whole in memory. */
const PIECE_BYTES = 8 * 1024 * 1024;
/** Of an answer: a piece of an object, or a page of a list. */
const MOST_BYTES = 2 * PIECE_BYTES;

/**
 * A bucket of an object store, with connections of its own. Contacts nobody.
 *
 * @param url of the bucket, or of something in it
 */
export function openBucket(url: string, context: ObjectContext) {
  const { env, clock } = context;
  const { bucket } = objectPlaceOf(url);
  const endpoint = bucketEndpoint(bucket, env);
  const credentials = findCredentials(context);
  const client = createHttpClient({
    ...context,
    explain: storeRefusal,
    limits: { maxBodyBytes: MOST_BYTES },
  });
  const closing = new AbortController();
  const nameOf = (key: string) => objectUrl({ bucket, prefix: key });

  const send = async <T>(request: ObjectRequest<T>): Promise<T> => {
    const { method, key, query = {}, headers = {}, body, what, parse } = request;
    const { signal } = closing;
    const search = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
    const path = key.split('/').map(encoded).join('/');
    const target = `${endpoint.url}/${path}${search.length === 0 ? '' : `?${search.join('&')}`}`;
    const keys = await credentials(signal).catch((error) => {
      throw withoutKeys(what, error);
    });
    const signable = { method, url: target, headers, ...(body && { body }) };
    const signed = await signRequest(signable, keys, { region: endpoint.region, nowMs: clock.now() });
    return client.send({ ...signable, headers: signed, what, signal, parse });
  };

  const readPiece = (key: string, from: number, etag?: string): Promise<FoundObject | undefined> =>
    send({
      method: 'GET',
      key,
      headers: {
        range: `bytes=${from}-${from + PIECE_BYTES - 1}`,
        ...(etag !== undefined && { 'if-match': etag }),
      },
      what: `read ${nameOf(key)}`,
      parse: foundObject,
    }).catch((error) => {
      if (statusOf(error) === 404) return undefined;
      // Nothing is there from the first byte on: it is empty.
      if (statusOf(error) === 416 && from === 0)
        return { bytes: Buffer.alloc(0), etag: '', size: 0, mark: undefined };
      throw error;
    });

  return {
    url: nameOf,
    host: new URL(endpoint.url).host,
    send,
    /** Answers with the tag of what is there then. */
    write: (key: string, body: Buffer, { only, mark }: WriteOptions = {}): Promise<string> =>
      send({
        method: 'PUT',
        key,
        body,
        headers: {
          ...(only === 'new' && { 'if-none-match': '*' }),
          ...(only !== undefined && only !== 'new' && { 'if-match': only.etag }),
          ...markHeader(mark),
        },
        what: `write ${nameOf(key)}`,
        parse: ({ headers }) => headers.etag ?? '',
      }),
    /** Its pieces one after the other, all of the same object; undefined where there is none. */
    read: async (key: string): Promise<AsyncIterable<FoundObject> | undefined> => {
      const first = await readPiece(key, 0);
      return first && pieces(first);
      async function* pieces(found: FoundObject): AsyncGenerator<FoundObject> {
        yield found;
        for (let at = found.bytes.length; at < found.size; ) {
          const piece = await readPiece(key, at, found.etag);
          if (piece === undefined || piece.bytes.length === 0) throw gone(nameOf(key));
          at += piece.bytes.length;
          yield piece;
        }
      }
    },
    /** Harmless where it is not there, but where the store keeps versions: it then notes that it is gone. */
    remove: (key: string): Promise<void> =>
      send({ method: 'DELETE', key, what: `remove ${nameOf(key)}`, parse: () => {} }),
    /** Page by page; all of it is never in memory. */
    async *list(prefix: string, { isDeep }: { readonly isDeep: boolean }): AsyncGenerator<Listing> {
      let token: string | undefined;
      do {
        const page = await send({
          method: 'GET',
          key: '',
          query: {
            'list-type': '2',
            prefix,
            // A key may hold what XML has no character for.
            'encoding-type': 'url',
            ...(!isDeep && { delimiter: '/' }),
            ...(token !== undefined && { 'continuation-token': token }),
          },
          what: `list ${nameOf(prefix)}`,
          parse: listingIn,
        });
        if (page.next !== undefined && page.next === token) throw goesOnForEver(nameOf(prefix));
        // What a store lists beside what was asked for is none of ours.
        const isBelow = (key: string) => key.startsWith(prefix);
        yield {
          objects: page.objects.filter(({ key }) => isBelow(key)),
          folders: page.folders.filter(isBelow),
        };
        token = page.next;
      } while (token !== undefined);
    },
    /** Ends what is under way. */
    close: async (): Promise<void> => {
      closing.abort(new ExportError('ABORTED', 'The object store was closed.', { kind: 'interrupted' }));
      await client.close();
    },
  };
}

export function markHeader(mark: string | undefined): Readonly<Record<string, string>> {
  return mark === undefined ? {} : { [MARK]: mark };
}

/** The status that an object store answered; undefined where it did not. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ExportError ? error.status : undefined;
}

/** What a store says of keys where other characters than plain ones are `%XX`, and a space may be `+`. */
export function decodedKey(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** The texts of the elements of this name that are directly in another one. */
export function childrenOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return elementsOf(parent, name).filter((element) => element.parentNode === parent);
}

function foundObject({ status, body, headers }: HttpAnswer): FoundObject {
  const [, total] = /^bytes \d+-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  if (status === 206 && total === undefined) throw new Error('it does not say which part it is');
  const { etag } = headers;
  if (etag === undefined) throw new Error('it has no ETag');
  return { bytes: body, etag, size: Number(total ?? body.length), mark: headers[MARK] };
}

function listingIn(answer: HttpAnswer): Listing & { readonly next: string | undefined } {
  const list = xmlIn(answer);
  if (list.tagName !== 'ListBucketResult') throw new Error('it is no list');
  const objects = childrenOf(list, 'Contents').map((entry) => {
    const size = Number(textOf(entry, 'Size'));
    if (!Number.isSafeInteger(size)) throw new Error('an object of it has no size');
    const modifiedMs = Date.parse(textOf(entry, 'LastModified'));
    return { key: decodedKey(textOf(entry, 'Key')), size, modifiedMs };
  });
  const folders = childrenOf(list, 'CommonPrefixes').map((entry) => decodedKey(textOf(entry, 'Prefix')));
  if (textOf(list, 'IsTruncated') !== 'true') return { objects, folders, next: undefined };
  const next = textOf(list, 'NextContinuationToken');
  if (next === '') throw new Error('it goes on, and does not say where');
  return { objects, folders, next };
}

/** @param name of what is listed */
export function goesOnForEver(name: string): ExportError {
  return new ExportError(
    'HTTP_BODY',
    `Could not list ${name}: the store answers the same page again and again.`,
    {
      kind: 'permanent',
      hint: 'Check the store, or what is between it and this machine.',
    },
  );
}

function gone(name: string): ExportError {
  return new ExportError('SINK_FILES', `Cannot read ${name}: it was removed meanwhile.`, {
    kind: 'permanent',
    hint: 'Run it again.',
  });
}

/** Who cannot sign has not called. */
function withoutKeys(what: string, error: unknown): unknown {
  if (!(error instanceof ExportError) || error.kind === 'interrupted') return error;
  return new ExportError(error.code, `Could not ${what}: ${error.message}`, {
    kind: error.kind,
    hint: error.hint,
    requestId: error.requestId,
    reason: error.reason ?? error.message,
    cause: error,
  });
}
