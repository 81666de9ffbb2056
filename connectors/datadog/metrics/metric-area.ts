import type { Stream } from '../../../src/streams/stream.js';
import { balances } from '../../deepgram/streams/account.js';
import { billing, billingBy, billingGroupings } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { usage, usageBy, usageGroupings } from '../../deepgram/streams/usage.js';

const MEASURED = new Set([requests.kind, usage.kind, billing.kind, balances.kind]);

/** True for the streams that have something to measure: requests, usage, billing, their breakdowns, balances. */
export function acceptsStream({ kind }: Stream): boolean {
  return MEASURED.has(kind);
}

/** What the metrics of a stream are named after: `usage.by_endpoint` of `usage_by_endpoint`. */
export function areaOf({ kind, groupings }: Stream): string {
  const area = kind === balances.kind ? 'balance' : kind;
  return groupings.length === 0 ? area : `${area}.by_${groupings.join('_')}`;
}

/** Those that a dashboard or a monitor may show. */
const SHOWN = [
  requests,
  balances,
  usage,
  ...usageGroupings.map(usageBy),
  billing,
  ...billingGroupings.map((grouping) => billingBy([grouping])),
  billingBy(['line_item', 'tags']),
].map((stream) => ({ name: stream.name, area: areaOf(stream) }));

/** Name of the stream that a metric, without its prefix, is made of; undefined for what is about the run itself. */
export function streamOf(metric: string): string | undefined {
  const within = SHOWN.filter(({ area }) => metric === area || metric.startsWith(`${area}.`));
  return within.sort((a, b) => b.area.length - a.area.length)[0]?.name;
}
