import type { AccountProject } from '../account/account.js';
import type { StandInAccount } from '../account/stand-in-account.js';

/** Answers a call about the whole account with the object that becomes the body. */
export type AccountEndpoint = (account: StandInAccount, query: URLSearchParams) => object;

/** Answers a call about one project; `undefined` where there is no such thing. */
export type ProjectEndpoint = (
  account: StandInAccount,
  project: AccountProject,
  query: URLSearchParams,
  id: string,
) => object | undefined | Promise<object | undefined>;
