import type { Names } from '../account/project-directory.js';
import type { RequestRow } from '../streams/requests.js';

/** The names of what a request has used. A model that nobody knows has its id for a name. */
export function requestNames(
  apiKey: string | null,
  models: readonly string[] | null,
  names: Names,
): Pick<RequestRow, 'api_key_name' | 'model' | 'model_names'> {
  const modelNames = models?.map((model) => names.model(model) ?? model) ?? null;
  return {
    api_key_name: apiKey === null ? null : (names.apiKey(apiKey) ?? null),
    model: modelNames?.[0] ?? null,
    model_names: modelNames,
  };
}

/** The same request, with the names that are known by now. */
export function renamed(row: RequestRow, names: Names): RequestRow {
  return { ...row, ...requestNames(row.api_key_id, row.model_ids, names) };
}
