import { Refused } from './refused.js';

/** One part of a `multipart/mixed` body. */
export interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly body: Buffer;
}

const CRLF = '\r\n';

/**
 * The parts of a body by their names. Refuses `multipart/form-data`, and answers 500 to line ends without a carriage
 * return, as Tableau does.
 *
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_publish.htm
 */
export function partsOf(contentType: string | undefined, body: Buffer): ReadonlyMap<string, Part> {
  const [, kind = '', boundary = ''] =
    /^\s*([^;\s]+)\s*;.*\bboundary="?([^";]+)"?/i.exec(contentType ?? '') ?? [];
  if (kind.toLowerCase() !== 'multipart/mixed' || boundary === '')
    throw new Refused('415000', 'Unsupported Media Type', `${kind || 'This'} is not multipart/mixed`);
  const parts = new Map<string, Part>();
  const delimiter = `--${boundary}`;
  let at = expectText(body, 0, delimiter);
  while (body.toString('latin1', at, at + 2) !== '--') {
    at = expectText(body, at, CRLF);
    const headersEnd = body.indexOf(CRLF + CRLF, at);
    const end = body.indexOf(`${CRLF}${delimiter}`, Math.max(at, headersEnd));
    if (headersEnd < 0 || end < 0) throw brokenBody();
    const part = partOf(body.toString('utf8', at, headersEnd), body.subarray(headersEnd + 4, end));
    parts.set(part.name, part);
    at = end + CRLF.length + delimiter.length;
  }
  return parts;
}

function partOf(headers: string, body: Buffer): Part {
  if (/(^|[^\r])\n/.test(headers)) throw brokenBody();
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? '';
  const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(disposition)?.[1];
  const name = attribute('name');
  if (name === undefined) throw brokenBody();
  return { name, filename: attribute('filename'), body };
}

function expectText(body: Buffer, at: number, text: string): number {
  if (body.toString('latin1', at, at + text.length) !== text) throw brokenBody();
  return at + text.length;
}

function brokenBody(): Refused {
  return new Refused('500000', 'Internal Server Error', 'The body could not be taken apart');
}
