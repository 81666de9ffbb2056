import { failureOf } from '../errors/export-error.js';

/** One thing that `check` tried, and how it went. */
export interface CheckResult {
  /** What was tried, such as `read requests of project Support`. */
  readonly what: string;
  readonly ok: boolean;
  /** What was seen: a count, a name, or what is wrong. */
  readonly detail: string;
  /** What to do, where it did not work. */
  readonly hint?: string;
}

/** That it did not work, whatever was thrown. */
export function failedCheck(what: string, error: unknown): CheckResult {
  const { message, hint } = failureOf(error);
  return { what, ok: false, detail: message, ...(hint === undefined ? {} : { hint }) };
}
