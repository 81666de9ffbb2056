import { hash } from 'node:crypto';
import type { Row } from '../../streams/field.js';
import type { Stream } from '../../streams/stream.js';

/**
 * The key of a record as one text: the values of the stream's key fields, in the order of `stream.key`, as a JSON
 * list, such as `["7c9a…","00f1…"]`. Two records of a stream have the same text only if they have the same key.
 */
export function recordKey(stream: Stream, row: Row): string {
  return JSON.stringify(stream.key.map((name) => row[name] ?? null));
}

/**
 * A key in 64 bits: the first eight bytes of its SHA-256. Among ten million keys, the chance that any two share an
 * id is 3 in a million.
 */
export function recordId(key: string): bigint {
  return hash('sha256', key, 'buffer').readBigUInt64LE();
}
