export type JsonObject = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** A call that has passed the check of its token. */
export interface Call {
  readonly method: string;
  /** What the pattern of its path captures, decoded. */
  readonly captured: readonly string[];
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Who calls: what is saved says so. */
  readonly login: string;
}

/** What a role may do; each has all that stands before it. */
export type Role = 'Viewer' | 'Editor' | 'Admin';
export const ROLES: readonly Role[] = ['Viewer', 'Editor', 'Admin'];

export interface Endpoint {
  readonly pattern: RegExp;
  /** The least role that may call it so, and the right that it lacks otherwise. */
  needs(method: string): readonly [role: Role, right: string];
  answer(call: Call): Answer;
}

export function refused(status: number, message: string, more: JsonObject = {}): Answer {
  return { status, body: { message, ...more } };
}

export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
