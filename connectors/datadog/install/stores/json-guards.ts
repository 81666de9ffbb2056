import { ExportError } from '../../../../src/errors/export-error.js';
import { isJsonObject, type Json, type JsonObject } from '../../../../src/text/json-object.js';

/** The objects of a list that Datadog gave. Throws `SINK_REFUSED` where it is none. */
export function listed(json: Json | undefined, what: string): readonly JsonObject[] {
  if (!Array.isArray(json)) throw unknownAnswer(what);
  return json.filter(isJsonObject);
}

/** The object that Datadog gave. Throws `SINK_REFUSED` where it is none. */
export function objectIn(json: Json, what: string): JsonObject {
  if (!isJsonObject(json)) throw unknownAnswer(what);
  return json;
}

/** A property that is a text; empty where it is not. */
export function textIn(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : '';
}

function unknownAnswer(what: string): ExportError {
  return new ExportError('SINK_REFUSED', `Could not ${what}: Datadog gave an answer of an unknown form.`, {
    kind: 'permanent',
    hint: 'Check that `api_url`, where it is set, leads to Datadog itself.',
  });
}
