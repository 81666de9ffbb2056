import { isDeepStrictEqual } from 'node:util';
import { textOf, xmlIn } from '../http/xml-answer.js';
import { type Bucket, childrenOf, decodedKey, goesOnForEver, markHeader, statusOf } from './bucket.js';

/** An object that is sent in parts, and is there when all of them are. */
export interface Upload {
  readonly key: string;
  readonly id: string;
  /** Whose it is, to be found out by reading it. */
  readonly mark: string;
}

/** @param mark see `WriteOptions` */
export async function beginUpload(bucket: Bucket, key: string, mark: string): Promise<Upload> {
  const id = await bucket.send({
    method: 'POST',
    key,
    query: { uploads: '' },
    headers: markHeader(mark),
    what: `begin to write ${bucket.url(key)}`,
    parse: (answer) => {
      const found = textOf(xmlIn(answer), 'UploadId');
      if (found === '') throw new Error('it has no UploadId');
      return found;
    },
  });
  return { key, id, mark };
}

/** @param number from 1; answers with what `endUpload` wants of it */
export function sendPart(bucket: Bucket, { key, id }: Upload, number: number, body: Buffer): Promise<string> {
  return bucket.send({
    method: 'PUT',
    key,
    query: { partNumber: String(number), uploadId: id },
    body,
    what: `write part ${number} of ${bucket.url(key)}`,
    parse: ({ headers }) => {
      if (headers.etag === undefined) throw new Error('it has no ETag');
      return headers.etag;
    },
  });
}

/** Gives the object its name. */
export async function endUpload(bucket: Bucket, upload: Upload, etags: readonly string[]): Promise<void> {
  const { key, id, mark } = upload;
  const parts = etags.map(
    (etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`,
  );
  try {
    await bucket.send({
      method: 'POST',
      key,
      query: { uploadId: id },
      body: Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`),
      what: `write ${bucket.url(key)}`,
      parse: (answer) => {
        // It says 200 before it knows.
        const result = xmlIn(answer);
        if (result.tagName === 'Error') throw new Error(textOf(result, 'Code'));
      },
    });
  } catch (error) {
    // There is none any more where it ended and its answer was lost.
    if (statusOf(error) !== 404 || (await markOf(bucket, key)) !== mark) throw error;
  }
}

async function markOf(bucket: Bucket, key: string): Promise<string | undefined> {
  for await (const { mark } of (await bucket.read(key)) ?? []) return mark;
  return undefined;
}

export function abortUpload(bucket: Bucket, { key, id }: Pick<Upload, 'key' | 'id'>): Promise<void> {
  return bucket.send({
    method: 'DELETE',
    key,
    query: { uploadId: id },
    what: `take back what was written of ${bucket.url(key)}`,
    parse: () => {},
  });
}

/** An object that is being sent, as a list has it. */
export interface BegunUpload extends Pick<Upload, 'key' | 'id'> {
  readonly begunMs: number;
}

/** Objects below a prefix that somebody is sending, or was. */
export async function* uploadsBelow(bucket: Bucket, prefix: string): AsyncGenerator<BegunUpload> {
  let marker: Readonly<Record<string, string>> | undefined = {};
  while (marker !== undefined) {
    const page: UploadsPage = await uploadsAfter(bucket, prefix, marker);
    yield* page.uploads.filter(({ key }) => key.startsWith(prefix));
    if (isDeepStrictEqual(page.next, marker)) throw goesOnForEver(bucket.url(prefix));
    marker = page.next;
  }
}

interface UploadsPage {
  readonly uploads: readonly BegunUpload[];
  readonly next: Readonly<Record<string, string>> | undefined;
}

function uploadsAfter(
  bucket: Bucket,
  prefix: string,
  marker: Readonly<Record<string, string>>,
): Promise<UploadsPage> {
  return bucket.send({
    method: 'GET',
    key: '',
    query: { uploads: '', prefix, 'encoding-type': 'url', ...marker },
    what: `list what is being written to ${bucket.url(prefix)}`,
    parse: (answer) => {
      const list = xmlIn(answer);
      if (list.tagName !== 'ListMultipartUploadsResult') throw new Error('it is no list');
      const uploads = childrenOf(list, 'Upload').map((upload) => ({
        key: decodedKey(textOf(upload, 'Key')),
        id: textOf(upload, 'UploadId'),
        begunMs: Date.parse(textOf(upload, 'Initiated')),
      }));
      if (textOf(list, 'IsTruncated') !== 'true') return { uploads, next: undefined };
      const next = {
        'key-marker': decodedKey(textOf(list, 'NextKeyMarker')),
        'upload-id-marker': textOf(list, 'NextUploadIdMarker'),
      };
      return { uploads, next };
    },
  });
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
