import type { RequestsPerDay } from './account/account-days.js';
import type { Forms } from './account/requests/record-forms.js';
import type { Role, Scope } from './account/roles.js';
import type { RefusalForm } from './server/answers.js';

export interface StandInOptions {
  /** The same seed gives the same account. Default 1. */
  readonly seed?: number;
  /** Default: three, one of them with quotes, a comma and letters beyond ASCII in its name. */
  readonly projects?: readonly { readonly id: string; readonly name: string }[];
  /** Default: about 400 on a working day, fewer at weekends. Any number costs the same memory. */
  readonly requestsPerDay?: RequestsPerDay;
  /** The key that is let in. Default `stand-in-key`. */
  readonly apiKey?: string;
  /** Role of who made that key, in the console's words. Default `owner`, who may do everything. */
  readonly role?: Role;
  /** What that key may do. Default: what its role may. */
  readonly scopes?: readonly Scope[];
  /** How a missing scope is refused. Default `403-category`, as the field has seen it. */
  readonly refusals?: RefusalForm;
  /** Where the account's clock stands at first, in milliseconds since the epoch. Default: now. */
  readonly now?: number;
  /** Milliseconds by which the clock moves with each call for a page of the request log. Default 0. */
  readonly clockStepMs?: number;
  /** Milliseconds before an answer. Default 0. */
  readonly latencyMs?: number;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Days that the request log reaches back. Usage and billing reach back without limit. Default 90. */
  readonly retentionDays?: number;
  /** Compresses answers when asked to. Default true. */
  readonly gzip?: boolean;
  /** Default `mixed`: every form in which a record was ever seen. */
  readonly forms?: Forms;
  /** Whether the request log tells what a request cost: to customers with a contract it does not. Default true. */
  readonly prices?: boolean;
  /** Calls at the same time above this number are answered with 429. Default: no limit. */
  readonly maxInFlight?: number;
  /** Replaces the answer of a path, such as `/v1/projects`: an object as JSON, a string byte for byte. */
  readonly answers?: Readonly<Record<string, object | string>>;
  /** Refuses the calls of a path with a status and a body of its own. */
  readonly errors?: Readonly<Record<string, { readonly status: number; readonly body: object | string }>>;
}
