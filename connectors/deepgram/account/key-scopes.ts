import type { CheckResult } from '../../../src/catalogue/check-result.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { DeepgramApi } from '../api/deepgram-api.js';
import { arrayOf, type Json, objectOf, textOf } from '../api/tolerant-json.js';

/** Scopes that are shown; an answer could hold any number. */
const MOST_SCOPES = 20;

/**
 * What the key may do, by its own word. Nothing where Deepgram does not say it: the endpoint is named in the guide, and its
 * answer is described nowhere.
 *
 * @see https://developers.deepgram.com/guides/fundamentals/authenticating
 */
export async function keyScopes(api: DeepgramApi, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const call = {
    path: ['v1', 'auth', 'token'],
    what: 'read the scopes of the key',
    scope: 'project:read',
  } as const;
  try {
    const scopes = scopesIn(await api.get(call, signal));
    if (scopes.length === 0) return [];
    const more = scopes.length > MOST_SCOPES ? `, and ${scopes.length - MOST_SCOPES} more` : '';
    const shown = scopes.slice(0, MOST_SCOPES).join(', ');
    return [{ what: 'ask what the key may do', ok: true, detail: `scopes of the key: ${shown}${more}` }];
  } catch (error) {
    if (error instanceof ExportError && error.kind !== 'interrupted') return [];
    throw error;
  }
}

/** A list, or a text with spaces between them, in the object itself or in one within it. */
function scopesIn(answer: Json): readonly string[] {
  const objects = [
    answer,
    ...Object.values(answer)
      .map(objectOf)
      .filter((inner) => inner !== undefined),
  ];
  const found = objects.flatMap(({ scopes, scope }) => [
    ...arrayOf(scopes).flatMap((one) => textOf(one) ?? []),
    ...(textOf(scopes) ?? textOf(scope) ?? '').split(/[\s,]+/),
  ]);
  return [...new Set(found)].filter((scope) => /^[\w.*:-]{1,60}$/.test(scope));
}
