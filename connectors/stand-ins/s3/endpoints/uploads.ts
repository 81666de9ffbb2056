import { createHash } from 'node:crypto';
import {
  etagOf,
  etagOfParts,
  keysInOrder,
  type StoredBucket,
  type StoredUpload,
} from '../account/stored-bucket.js';
import {
  type Answer,
  type Call,
  type Endpoint,
  escaped,
  listed,
  metadataOf,
  refused,
  type StoreRules,
  xml,
} from './answers.js';
import { brokenBody, unmetCondition } from './objects.js';

const MOST_PARTS = 10_000;

/** Objects that are sent in parts. */
export const uploads: Endpoint = (call, bucket, rules) => {
  const { method, key, query } = call;
  if (query.has('uploads')) {
    if (method === 'POST' && key !== '') return begin(call, bucket);
    return method === 'GET' && key === '' ? list(call, bucket, rules) : undefined;
  }
  const id = query.get('uploadId');
  if (id === undefined) return undefined;
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== key)
    return refused('NoSuchUpload', 'The specified multipart upload does not exist.');
  if (method === 'PUT') return putPart(call, upload);
  if (method === 'POST') return complete(call, bucket, upload, rules);
  bucket.uploads.delete(id);
  return { status: 204 };
};

function begin({ key, headers, nowMs }: Call, bucket: StoredBucket): Answer {
  bucket.begun += 1;
  const id = createHash('sha256').update(`${key} ${bucket.begun}`).digest('base64url');
  bucket.uploads.set(id, { key, id, begunMs: nowMs, metadata: metadataOf(headers), parts: new Map() });
  return {
    status: 200,
    ...xml(
      `<InitiateMultipartUploadResult><Key>${escaped(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    ),
  };
}

function putPart(call: Call, upload: StoredUpload): Answer {
  const broken = brokenBody(call);
  if (broken !== undefined) return broken;
  const number = Number(call.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS)
    return refused('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  const etag = etagOf(call.body);
  upload.parts.set(number, { bytes: call.body, etag });
  return { status: 200, headers: { etag } };
}

function complete(call: Call, bucket: StoredBucket, upload: StoredUpload, rules: StoreRules): Answer {
  const named = [...call.body.toString().matchAll(PART)].map(([, part = '']) => ({
    number: Number(/<PartNumber>\s*(\d+)/.exec(part)?.[1]),
    // With its quotes, or without.
    etag: `"${(/<ETag>([^<]*)/.exec(part)?.[1] ?? '').replace(/"|&quot;|&#34;/g, '')}"`,
  }));
  const parts = named.map(({ number, etag }) => ({ number, etag, part: upload.parts.get(number) }));
  if (parts.length === 0 || parts.some(({ etag, part }) => part?.etag !== etag))
    return refused('InvalidPart', 'One or more of the specified parts could not be found.');
  if (named.some(({ number }, at) => at > 0 && number <= (named[at - 1]?.number ?? 0)))
    return refused('InvalidPartOrder', 'The list of parts was not in ascending order.');
  const bodies = parts.flatMap(({ part }) => (part === undefined ? [] : [part.bytes]));
  if (bodies.slice(0, -1).some(({ length }) => length < rules.leastPart))
    return refused('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  const unmet = unmetCondition(call, bucket.objects.get(upload.key), rules);
  if (unmet !== undefined) return unmet;
  const etag = etagOfParts(named.map((one) => one.etag));
  const { key, id, metadata } = upload;
  bucket.objects.set(key, { bytes: Buffer.concat(bodies), etag, modifiedMs: call.nowMs, metadata });
  bucket.uploads.delete(id);
  return {
    status: 200,
    ...xml(`<CompleteMultipartUploadResult><ETag>${escaped(etag)}</ETag></CompleteMultipartUploadResult>`),
  };
}

const PART = /<Part>(.*?)<\/Part>/gs;

/** In the order of their keys, and of ids for one key; a page at a time. */
function list({ query }: Call, bucket: StoredBucket, { pageSize }: StoreRules): Answer {
  const prefix = query.get('prefix') ?? '';
  const encoding = query.get('encoding-type');
  const places = new Map(
    [...bucket.uploads.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .map((upload) => [`${upload.key}\0${upload.id}`, upload]),
  );
  const marker = `${query.get('key-marker') ?? ''}\0${query.get('upload-id-marker') ?? ''}`;
  const after = keysInOrder(places.keys()).filter((place) => place > marker);
  const page = after.slice(0, pageSize).flatMap((place) => places.get(place) ?? []);
  const last = page.at(-1);
  const isTruncated = after.length > page.length;
  const entries = page.map(
    ({ key, id, begunMs }) =>
      `<Upload><Key>${listed(key, encoding)}</Key><UploadId>${id}</UploadId><Initiated>${new Date(begunMs).toISOString()}</Initiated></Upload>`,
  );
  const next =
    isTruncated && last !== undefined
      ? `<NextKeyMarker>${listed(last.key, encoding)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>`
      : '';
  return {
    status: 200,
    ...xml(
      `<ListMultipartUploadsResult><IsTruncated>${isTruncated}</IsTruncated>${next}${entries.join('')}</ListMultipartUploadsResult>`,
    ),
  };
}
