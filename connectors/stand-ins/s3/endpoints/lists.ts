import { keysInOrder } from '../account/stored-bucket.js';
import { type Endpoint, escaped, listed, refused, xml } from './answers.js';

/** `ListObjectsV2`: keys, and what they have in common before a delimiter, in one order, a page at a time. */
export const lists: Endpoint = ({ method, key, query }, bucket, { pageSize }) => {
  if (method !== 'GET' || key !== '' || query.get('list-type') !== '2') return undefined;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const encoding = query.get('encoding-type');
  const token = query.get('continuation-token');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  if (after !== undefined && Buffer.from(after).toString('base64url') !== token)
    return refused('InvalidArgument', 'The continuation token provided is incorrect');
  const groupOf = (one: string): string => {
    const end = delimiter === '' ? -1 : one.indexOf(delimiter, prefix.length);
    return end < 0 ? one : one.slice(0, end + delimiter.length);
  };
  const keys = keysInOrder(bucket.objects.keys()).filter((one) => one.startsWith(prefix));
  const items = [...new Set(keys.map(groupOf))];
  const from = after === undefined ? 0 : items.indexOf(after) + 1;
  const most = Math.min(Number(query.get('max-keys') ?? pageSize), pageSize);
  const page = items.slice(from, from + most);
  const isTruncated = from + page.length < items.length;
  const entries = page.map((item) => {
    const found = bucket.objects.get(item);
    if (found === undefined || (delimiter !== '' && item.slice(prefix.length).includes(delimiter)))
      return `<CommonPrefixes><Prefix>${listed(item, encoding)}</Prefix></CommonPrefixes>`;
    const modified = new Date(found.modifiedMs).toISOString();
    return `<Contents><Key>${listed(item, encoding)}</Key><LastModified>${modified}</LastModified><ETag>${escaped(found.etag)}</ETag><Size>${found.bytes.length}</Size></Contents>`;
  });
  const next = isTruncated
    ? `<NextContinuationToken>${Buffer.from(page.at(-1) ?? '').toString('base64url')}</NextContinuationToken>`
    : '';
  return {
    status: 200,
    ...xml(
      `<ListBucketResult><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`,
    ),
  };
};
