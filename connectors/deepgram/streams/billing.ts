import type { Field } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { period } from './period.js';

const cost = [
  { name: 'cost_usd', type: 'real', role: 'measure', unit: 'dollar', description: 'Cost of the day' },
] as const;

const billingFields = [...period, ...cost] as const;

/** Cost a day. */
export const billing = {
  name: 'billing',
  description: 'Cost of a project, one record a day',
  partitionedBy: 'day',
  key: ['project_id', 'date'],
  fields: billingFields,
} as const satisfies Stream;

/** What a billing breakdown can be grouped by: any combination of these. */
export const billingGroupings = ['accessor', 'deployment', 'line_item', 'tags'] as const;
export type BillingGrouping = (typeof billingGroupings)[number];

const groupColumns = {
  accessor: [
    { name: 'accessor', type: 'string', role: 'dimension', description: 'API key id' },
    { name: 'api_key_name', type: 'string', role: 'dimension', description: 'Comment of that API key' },
  ],
  deployment: [
    { name: 'deployment', type: 'string', role: 'dimension', description: 'hosted, beta, self-hosted, …' },
  ],
  line_item: [
    {
      name: 'line_item',
      type: 'string',
      role: 'dimension',
      description: 'What is billed, such as streaming::nova-3',
    },
    {
      name: 'line_item_name',
      type: 'string',
      role: 'dimension',
      description: 'Readable name of the line item',
    },
  ],
  tags: [
    {
      name: 'tags',
      type: 'strings',
      role: 'dimension',
      description: 'Tags used together: a set is one group',
    },
  ],
} as const satisfies Record<BillingGrouping, readonly Field[]>;

/** The billing stream broken down by some groupings: `billing_by_line_item`, `billing_by_line_item_tags`, … */
export function billingBy(groupings: readonly BillingGrouping[]): Stream {
  return {
    name: `billing_by_${groupings.join('_')}`,
    description: `Cost of a project by ${groupings.join(' and ').replaceAll('_', ' ')}, one record a day and group`,
    partitionedBy: 'day',
    key: ['project_id', 'date', ...groupings],
    fields: [
      ...period,
      ...groupings.flatMap((grouping): readonly Field[] => groupColumns[grouping]),
      ...cost,
    ],
  };
}
