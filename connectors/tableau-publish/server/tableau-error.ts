import { ExportError } from '../../../src/errors/export-error.js';
import type { HttpAnswer, RefusalDetails } from '../../../src/http/http-client.js';
import { elementOf, textOf, xmlIn } from '../../../src/http/xml-answer.js';
import { isJsonObject, type JsonObject } from '../../../src/text/json-object.js';
import { attributeOf } from './xml.js';

/** What Tableau says where it refuses: a code of six digits, the first three of which are the status. */
interface TableauError {
  readonly code: string;
  readonly summary: string;
  readonly detail: string;
}

/** Reads `<error code="404005"><summary>…</summary><detail>…</detail></error>`, and the same as JSON. */
export function explainTableau(answer: HttpAnswer): RefusalDetails {
  const { code, summary, detail } = errorIn(answer);
  const words = [summary, detail].filter((text) => text !== '').join(': ');
  const hint = HINTS[code] ?? HINTS[code.slice(0, 3)];
  return { message: `${words} (${code})`, ...(hint === undefined ? {} : { hint }) };
}

/** True for an error of an answer with this status. */
export function hasStatus(error: unknown, status: number): error is ExportError {
  return error instanceof ExportError && error.status === status;
}

function errorIn(answer: HttpAnswer): TableauError {
  const text = answer.body.toString('utf8').trimStart();
  if (text.startsWith('{')) {
    const error = objectOf(objectOf(JSON.parse(text)).error);
    return { code: wordOf(error.code), summary: wordOf(error.summary), detail: wordOf(error.detail) };
  }
  const error = elementOf(xmlIn(answer), 'error');
  return {
    code: attributeOf(error, 'code'),
    summary: textOf(error, 'summary'),
    detail: textOf(error, 'detail'),
  };
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function wordOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/**
 * What to do, by the whole code or its first three digits.
 *
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_errors.htm
 */
const HINTS: Readonly<Record<string, string>> = {
  '400011':
    'Tableau says this of nearly everything that can be wrong with a publish. Usual causes: the site or the server ' +
    'has no room left, the file is larger than the site allows, something else in the project has the name, or the ' +
    'server is too old for the kind of file (Parquet needs Tableau 2022.1). Its log files say which.',
  '401001':
    'Check `token_name`, `token_secret` and `site` (the part after /site/ in the address of your pages, empty for the ' +
    'default site of a server). A token also ends when it is not used for 15 days, and a year after it was made.',
  '401002':
    'The session was ended, which another sign-in with the same token does: give each job a token of its own.',
  '403':
    'The owner of the token needs a site role that may publish (Creator or Explorer (can publish)), and the right to publish in the project.',
  '404004': 'The data source was removed meanwhile: the next run publishes it anew.',
  '404005': 'The project was removed meanwhile, or cannot be seen with this token.',
  '409':
    'Somebody else is changing the same thing at the moment, or it was not made by this sink: see the page of this sink.',
  '413': 'A proxy or the server takes less than Tableau’s own limits (64 MB a request, 100 MB an update).',
};
