import type { Stream } from '../../../src/streams/stream.js';
import { apiKeys, balances, members, models, projects, purchases } from './account.js';
import { type BillingGrouping, billing, billingBy } from './billing.js';
import { reconciliationOf } from './reconciliation.js';
import { requests } from './requests.js';
import { type UsageGrouping, usage, usageBy } from './usage.js';

/** What the configuration says about streams; `false` switches one off. */
export interface StreamsChoice {
  readonly requests: object | false;
  readonly usage: { readonly group_by: readonly UsageGrouping[] } | false;
  readonly billing: { readonly group_by: readonly (BillingGrouping | readonly BillingGrouping[])[] } | false;
  readonly balances: object | false;
  readonly purchases: object | false;
  readonly projects: object | false;
  /** `details` is false where it is left out. */
  readonly api_keys: { readonly include_emails: boolean; readonly details?: boolean } | false;
  readonly members: object | false;
  readonly models: object | false;
  /** Default: off. */
  readonly reconciliation?: object | false;
}

/** The streams of a job, dimensions first, in the order in which they are shown. */
export function selectStreams(choice: StreamsChoice): Stream[] {
  const read = [
    choice.projects && projects,
    choice.api_keys &&
      apiKeys({
        includeEmails: choice.api_keys.include_emails,
        details: choice.api_keys.details === true,
      }),
    choice.members && members,
    choice.models && models,
    choice.balances && balances,
    choice.purchases && purchases,
    ...(choice.usage ? [usage, ...choice.usage.group_by.map(usageBy)] : []),
    ...(choice.billing ? [billing, ...choice.billing.group_by.map((one) => billingBy([one].flat()))] : []),
    choice.requests && requests,
  ].filter((stream) => typeof stream === 'object' && 'fields' in stream);
  const derived = choice.reconciliation ? reconciliationOf(read) : undefined;
  return derived ? [...read, derived] : read;
}
