import { randomUUID } from 'node:crypto';
import type { Site } from '../account/site.js';
import { partsOf } from '../rules/multipart.js';
import { Refused } from '../rules/refused.js';
import { attributes, type Endpoint, ok } from './call.js';

const MOST_CHUNKS = 1_000;

/** A file in pieces: they are put together in the order in which they come. */
export const uploadEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    pattern: /^\/fileUploads$/,
    answer: ({ site }) => {
      const id = `${randomUUID()}:1`;
      site.uploads.set(id, { chunks: [] });
      return ok(`<fileUpload${attributes({ uploadSessionId: id, fileSize: 0 })}/>`, 201);
    },
  },
  {
    method: 'PUT',
    pattern: /^\/fileUploads\/([^/]+)$/,
    answer: ({ captured, site, headers, body }) => {
      const upload = uploadOf(site, captured[0] ?? '');
      const chunk = partsOf(String(headers['content-type']), body).get('tableau_file');
      if (chunk === undefined) throw new Refused('400000', 'Bad Request', 'There is no tableau_file');
      if (upload.chunks.length >= MOST_CHUNKS)
        throw new Refused('400011', 'Bad Request', 'The upload has too many chunks');
      upload.chunks.push(Buffer.from(chunk.body));
      const megabytes = Math.round(upload.chunks.reduce((sum, { length }) => sum + length, 0) / 1_048_576);
      return ok(`<fileUpload${attributes({ uploadSessionId: captured[0] ?? '', fileSize: megabytes })}/>`);
    },
  },
];

/** The whole file; it can be used once. */
export function takeUpload(site: Site, id: string): Buffer {
  const upload = uploadOf(site, id);
  site.uploads.delete(id);
  return Buffer.concat(upload.chunks);
}

function uploadOf(site: Site, id: string) {
  const upload = site.uploads.get(id);
  if (upload === undefined)
    throw new Refused('404000', 'Resource Not Found', 'The upload session could not be found');
  return upload;
}
