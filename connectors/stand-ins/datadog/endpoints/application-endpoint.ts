import type { Answer } from './answers.js';

/** What goes wrong with a call: before it is done, or after it, so that only its answer is lost. */
export type CallFault =
  | { readonly when: 'before'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly when: 'after' };

/** A call for something that takes the application key. */
export interface ApplicationCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What the endpoint's pattern captures of the path; empty where there is nothing. */
  readonly captured: readonly string[];
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** Calls that take the application key beside the API key. */
export interface ApplicationEndpoint {
  /** Of the paths that it serves. */
  readonly pattern: RegExp;
  /** Writes a call down, whatever comes of it, and says what shall go wrong with it. */
  receive(call: ApplicationCall): CallFault | undefined;
  /** Answers a call with the right keys. Throws `BadPayload`. */
  answer(call: ApplicationCall): Answer | Promise<Answer>;
}
