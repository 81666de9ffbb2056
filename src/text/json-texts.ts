import { isJsonObject, type Json } from './json-object.js';

/** The same JSON with every text replaced; `name` is that of the property that it is the value of, or is listed in. */
export function mapTexts<T extends Json>(
  json: T,
  replace: (text: string, name: string) => string,
  name?: string,
): T;
export function mapTexts(json: Json, replace: (text: string, name: string) => string, name = ''): Json {
  if (typeof json === 'string') return replace(json, name);
  if (isList(json)) return json.map((item) => mapTexts(item, replace, name));
  if (!isJsonObject(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, mapTexts(value, replace, key)]));
}

/** Every text, with the property that it is the value of, or is listed in. */
export function* textsIn(json: Json, name = ''): Iterable<readonly [text: string, name: string]> {
  if (typeof json === 'string') yield [json, name];
  else if (isList(json)) for (const item of json) yield* textsIn(item, name);
  else if (isJsonObject(json)) for (const [key, value] of Object.entries(json)) yield* textsIn(value, key);
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
