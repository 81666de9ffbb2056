import type { Stream } from '../../../src/streams/stream.js';
import { apiKeys, balances, models, projects, purchases } from './account.js';
import { type BillingGrouping, billing, billingBy } from './billing.js';
import { requests } from './requests.js';
import { type UsageGrouping, usage, usageBy } from './usage.js';

/** Where the records of a stream come from: the stream itself, and what it is broken down by. */
export type StreamOrigin =
  | {
      readonly of:
        | 'requests'
        | 'usage'
        | 'billing'
        | 'balances'
        | 'purchases'
        | 'projects'
        | 'api_keys'
        | 'models';
    }
  | { readonly of: 'usage_by'; readonly grouping: UsageGrouping }
  | { readonly of: 'billing_by'; readonly groupings: readonly BillingGrouping[] };

/** A stream of this job and where it comes from. */
export interface SelectedStream {
  readonly stream: Stream;
  readonly origin: StreamOrigin;
}

/** What the configuration says about streams; `false` switches one off. */
export interface StreamsChoice {
  readonly requests: object | false;
  readonly usage: { readonly group_by: readonly UsageGrouping[] } | false;
  readonly billing: { readonly group_by: readonly (BillingGrouping | readonly BillingGrouping[])[] } | false;
  readonly balances: object | false;
  readonly purchases: object | false;
  readonly projects: object | false;
  readonly api_keys: { readonly include_emails: boolean } | false;
  readonly models: object | false;
}

/** The streams of a job, dimensions first, in the order in which they are read and shown. */
export function selectStreams(choice: StreamsChoice): SelectedStream[] {
  const selected: SelectedStream[] = [];
  if (choice.projects) selected.push({ stream: projects, origin: { of: 'projects' } });
  if (choice.api_keys) {
    selected.push({
      stream: apiKeys({ includeEmails: choice.api_keys.include_emails }),
      origin: { of: 'api_keys' },
    });
  }
  if (choice.models) selected.push({ stream: models, origin: { of: 'models' } });
  if (choice.balances) selected.push({ stream: balances, origin: { of: 'balances' } });
  if (choice.purchases) selected.push({ stream: purchases, origin: { of: 'purchases' } });
  if (choice.usage) {
    selected.push({ stream: usage, origin: { of: 'usage' } });
    for (const grouping of choice.usage.group_by) {
      selected.push({ stream: usageBy(grouping), origin: { of: 'usage_by', grouping } });
    }
  }
  if (choice.billing) {
    selected.push({ stream: billing, origin: { of: 'billing' } });
    for (const entry of choice.billing.group_by) {
      const groupings = typeof entry === 'string' ? [entry] : entry;
      selected.push({ stream: billingBy(groupings), origin: { of: 'billing_by', groupings } });
    }
  }
  if (choice.requests) selected.push({ stream: requests, origin: { of: 'requests' } });
  return selected;
}
