import { open } from 'node:fs/promises';
import { elementOf } from '../../../src/http/xml-answer.js';
import { multipartMixed, type RequestPart } from './multipart.js';
import type { TableauSession } from './session.js';
import { attributeOf } from './xml.js';

/** A file on this machine that is sent. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
}

/** A quarter of what Tableau takes in one request: a proxy's lower limit is met less often, and less is in memory. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

/**
 * Sends a file in pieces, in their order, and answers with the id of the upload. A piece whose answer is lost may be there
 * or not, and nobody can ask: it is not sent again, and the upload is to be begun anew.
 */
export async function uploadFile(
  session: TableauSession,
  { path, bytes }: LocalFile,
  {
    what,
    chunkBytes,
    signal,
  }: { readonly what: string; readonly chunkBytes: number; readonly signal: AbortSignal },
): Promise<string> {
  const id = await session.call({
    path: '/fileUploads',
    method: 'POST',
    what,
    signal,
    read: (answer) => attributeOf(elementOf(answer, 'fileUpload'), 'uploadSessionId'),
  });
  const handle = await open(path, 'r');
  try {
    for (let at = 0; at < bytes; at += chunkBytes) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, bytes - at));
      await handle.read(chunk, 0, chunk.length, at);
      const parts: readonly RequestPart[] = [
        { name: 'request_payload', type: 'text/xml', filename: '', body: Buffer.alloc(0) },
        { name: 'tableau_file', type: 'application/octet-stream', filename: 'file', body: chunk },
      ];
      const { contentType, body } = multipartMixed(parts);
      await session.call({
        path: `/fileUploads/${encodeURIComponent(id)}`,
        method: 'PUT',
        headers: { 'content-type': contentType },
        body,
        tries: 'once',
        what,
        signal,
        read: () => undefined,
      });
    }
  } finally {
    await handle.close();
  }
  return id;
}
