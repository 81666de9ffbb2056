import { type Columns, real, text, texts } from '../../../src/streams/column.js';
import { defineStream, type Stream } from '../../../src/streams/stream.js';
import { groupNotes } from './group-notes.js';
import { DEEPGRAM, ofPeriod } from './project-columns.js';
import { countsOf } from './ungrouped.js';

const cost = { cost_usd: real('Cost of the day', 'dollar') };

/** What a billing breakdown can be grouped by: any combination of these. */
export const billingGroupings = ['accessor', 'deployment', 'line_item', 'tags'] as const;
export type BillingGrouping = (typeof billingGroupings)[number];

const groupColumns = {
  accessor: { accessor: text('API key id'), api_key_name: text('Comment of that API key') },
  deployment: { deployment: text('hosted, beta, self-hosted, …') },
  line_item: {
    line_item: text('What is billed, such as streaming::nova-3'),
    line_item_name: text('Readable name of the line item'),
  },
  tags: { tags: texts('Tags used together: a set is one group') },
} as const satisfies Record<BillingGrouping, Columns>;

/** Cost a day. */
export const billing = billingBy([]);

/** Broken down by some groupings: `billing_by_line_item`, `billing_by_line_item_tags`, … */
export function billingBy(groupings: readonly BillingGrouping[]): Stream {
  const isTotal = groupings.length === 0;
  const words = groupings.join(' and ').replaceAll('_', ' ');
  return defineStream({
    source: DEEPGRAM,
    kind: 'billing',
    groupings,
    name: isTotal ? 'billing' : `billing_by_${groupings.join('_')}`,
    description: isTotal
      ? 'Cost of a project, one record a day'
      : `Cost of a project by ${words}, one record a day and group`,
    use: isTotal
      ? 'What was spent, as on the bill, for as long as the account is old. Deepgram restates the newest days.'
      : `What it was spent on. ${groupNotes('billing', groupings)}`,
    partitionedBy: 'day',
    followsTotals: true,
    key: ['project_id', 'date', ...groupings],
    columns: Object.assign({ ...ofPeriod }, ...groupings.map((grouping) => groupColumns[grouping]), cost),
    sums: ['cost_usd'],
    ...(isTotal ? {} : { counts: countsOf(groupings) }),
    ...(isTotal ? { spent: { measure: 'cost_usd' } } : {}),
    ...(words === 'line item' ? { spent: { measure: 'cost_usd', on: ['line_item_name', 'line_item'] } } : {}),
  });
}

const GROUPING = new RegExp(`_(${billingGroupings.join('|')})`, 'g');

/** The total or the breakdown of that name; undefined where there is none. */
export function billingNamed(name: string): Stream | undefined {
  // Safe: the pattern finds no others.
  const groupings = [...name.matchAll(GROUPING)].map(([, grouping]) => grouping as BillingGrouping);
  const stream = billingBy(groupings);
  return stream.name === name ? stream : undefined;
}
