import { isJsonObject as isObject, type Json, type JsonObject } from '../../../../src/encode/json-object.js';
import type { Answer } from '../server/server.js';

export const NOT_FOUND: Answer = refused(404, 'Not found');

export function refused(status: number, ...errors: readonly string[]): Answer {
  return { status, body: { errors } };
}

export function found(body: object): Answer {
  return { status: 200, body };
}

/** What a body lacks of what must be there, in Datadog's words; empty where it has all. */
export function lackingIn(body: JsonObject, names: readonly string[]): readonly string[] {
  return names.filter((name) => body[name] === undefined).map((name) => `'${name}' is a required property`);
}

export function objectOf(body: Json | undefined): JsonObject {
  return isObject(body) ? body : {};
}

/** A whole number of a query; `otherwise` where there is none. */
export function wholeOf(query: URLSearchParams, name: string, otherwise: number): number {
  const value = query.get(name);
  return value === null ? otherwise : Number.parseInt(value, 10);
}
