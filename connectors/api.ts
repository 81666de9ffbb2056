/**
 * What programs may use of this package: the records, and the contract of sinks. The command line is the
 * product; this is for those who write a sink of their own or test one.
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
