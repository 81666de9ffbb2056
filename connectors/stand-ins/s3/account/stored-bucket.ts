import { createHash } from 'node:crypto';

export interface StoredObject {
  readonly bytes: Buffer;
  /** With its quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  /** What was said of it in `x-amz-meta-` headers. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredUpload {
  readonly key: string;
  readonly id: string;
  readonly begunMs: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

/** One bucket: what is in it, and what is being written to it. */
export interface StoredBucket {
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, StoredUpload>;
  /** Makes the ids of uploads different. */
  begun: number;
}

export function emptyBucket(): StoredBucket {
  return { objects: new Map(), uploads: new Map(), begun: 0 };
}

export function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

/** Of an object of parts. */
export function etagOfParts(etags: readonly string[]): string {
  const all = Buffer.concat(etags.map((etag) => Buffer.from(etag.slice(1, -1), 'hex')));
  return `${etagOf(all).slice(0, -1)}-${etags.length}"`;
}

/** Keys in the order of a store: by their bytes. */
export function keysInOrder(keys: Iterable<string>): readonly string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
