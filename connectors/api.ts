/**
 * What programs may use of this package: the records, the contract of sinks, and {@link sync}, which does what the
 * command line does.
 *
 * @packageDocumentation
 */

export * from '../src/index.js';
export { balances, models, projects, purchases } from './deepgram/streams/account.js';
export { billing, billingBy } from './deepgram/streams/billing.js';
export type { RequestRow } from './deepgram/streams/requests.js';
export { requests } from './deepgram/streams/requests.js';
export type { UsageRow } from './deepgram/streams/usage.js';
export { usage, usageBy } from './deepgram/streams/usage.js';
export { sync } from './sync.js';
