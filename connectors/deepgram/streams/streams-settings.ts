import { z } from 'zod';
import { billingGroupings } from './billing.js';
import type { StreamsChoice } from './select-streams.js';
import { usageGroupings } from './usage.js';

const usageGroupBy = z
  .array(z.enum(usageGroupings))
  .refine((names) => new Set(names).size === names.length, 'must not name the same grouping twice')
  .default(['endpoint', 'method', 'models', 'tags', 'accessor'])
  .describe('One more stream for each of these: usage_by_endpoint, …');

const billingGrouping = z.enum(billingGroupings);
const billingGroupBy = z
  .array(
    z.union(
      [
        billingGrouping,
        z
          .array(billingGrouping)
          .min(1, 'must name a grouping')
          .refine((names) => new Set(names).size === names.length, 'must not name the same grouping twice'),
      ],
      { error: `must be one of ${billingGroupings.join(', ')}, or a list of them` },
    ),
  )
  .refine(areDistinct, 'must not hold the same combination of groupings twice')
  .default(['line_item', 'accessor', ['line_item', 'tags']])
  .describe('One more stream for each of these or combination of these: billing_by_line_item, …');

export const streamsSettings = z
  .strictObject({
    requests: stream(z.strictObject({})).prefault({}).describe('The request log, one record a request'),
    usage: stream(z.strictObject({ group_by: usageGroupBy }))
      .prefault({})
      .describe('Usage a day'),
    billing: stream(z.strictObject({ group_by: billingGroupBy }))
      .prefault({})
      .describe('Cost a day; needs billing:read'),
    balances: stream(z.strictObject({})).prefault({}).describe('What is left to spend; needs billing:read'),
    purchases: stream(z.strictObject({})).prefault({}).describe('Purchases; needs billing:read'),
    projects: stream(z.strictObject({})).prefault({}).describe('The projects and their names'),
    api_keys: stream(
      z.strictObject({
        include_emails: z
          .boolean()
          .default(false)
          .describe('Also write the e-mail address of each key’s owner, which is personal data'),
        details: z
          .boolean()
          .default(false)
          .describe('Also write when each key expires and its tags; one more call a key and hour'),
      }),
    )
      .prefault({})
      .describe('The API keys (ids and comments, never the keys); needs keys:read'),
    members: stream(z.strictObject({}))
      .default(false)
      .describe('The members of the projects, which is personal data; off by default; needs members:read'),
    models: stream(z.strictObject({})).prefault({}).describe('The models that the projects can use'),
    reconciliation: stream(z.strictObject({}))
      .prefault({})
      .describe('Whether all that adds up, made of what is read; takes no call'),
  })
  .refine(
    ({ reconciliation: _, ...streams }) => Object.values(streams).some((options) => options !== false),
    {
      error: 'must leave at least one stream on',
    },
  ) satisfies z.ZodType<StreamsChoice>;

function stream<Options extends z.ZodObject>(options: Options) {
  return z.union([z.literal(false), options], { error: 'must be false, or a map of options such as {}' });
}

function areDistinct(groupBy: readonly (string | readonly string[])[]): boolean {
  const sets = groupBy.map((entry) => [entry].flat().sort().join());
  return new Set(sets).size === sets.length;
}
