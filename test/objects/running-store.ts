import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import {
  type ObjectStore,
  type ObjectStoreOptions,
  startObjectStore,
} from '../../connectors/stand-ins/s3/object-store.js';

export const KEYS = {
  accessKeyId: 'AKIATESTKEYOFASTANDIN',
  secretAccessKey: 'secret/of+the stand-in that nobody sees',
};

/** A store of its own for one test. */
export async function runningStore(options: Partial<ObjectStoreOptions> = {}): Promise<ObjectStore> {
  const store = await startObjectStore({ keys: KEYS, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** What the environment of a program says that is to use the store. */
export function environmentOf({ url, keys }: Pick<ObjectStore, 'url' | 'keys'>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: url,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** What is below a prefix of its bucket, as text by what comes after that; compressed objects as what is in them. */
export function objectContents(
  { buckets }: Pick<ObjectStore, 'buckets'>,
  prefix: string,
): Record<string, string> {
  const contents: Record<string, string> = {};
  for (const [key, { bytes }] of buckets.get('bucket')?.objects ?? [])
    if (key.startsWith(prefix))
      contents[key.slice(prefix.length)] = (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return contents;
}
