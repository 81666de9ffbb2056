import { randomUUID } from 'node:crypto';

/** One part of a request in several parts. */
export interface RequestPart {
  readonly name: string;
  readonly type: string;
  readonly filename?: string;
  readonly body: Uint8Array;
}

/**
 * A body as Tableau takes it: `multipart/mixed`, each line with a carriage return. `multipart/form-data`, which
 * libraries make, is refused, and a bare line feed is answered with 500.
 *
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_publish.htm
 */
export function multipartMixed(parts: readonly RequestPart[]): {
  readonly contentType: string;
  readonly body: Buffer;
} {
  const boundary = randomUUID();
  const pieces = parts.flatMap(({ name, type, filename, body }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const head = `--${boundary}\r\nContent-Disposition: name="${name}"${file}\r\nContent-Type: ${type}\r\n\r\n`;
    return [Buffer.from(head), body, Buffer.from('\r\n')];
  });
  return {
    contentType: `multipart/mixed; boundary=${boundary}`,
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}
