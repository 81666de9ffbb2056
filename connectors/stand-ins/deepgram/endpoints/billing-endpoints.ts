import type { Dimensions } from '../account/day-totals.js';
import type { ProjectEndpoint } from '../account/stand-in-account.js';
import { allCells, DAILY, distinct, groupsOf, nullFor } from '../account/totals-groups.js';
import { InvalidParameter } from '../server/answer.js';
import { dayRange } from '../server/time-range.js';

const BILLING_GROUPINGS = ['accessor', 'deployment', 'line_item', 'tags'] as const;

/** `/billing/breakdown`: one row a day and group; `grouping` may be given several times. */
export const billingBreakdown: ProjectEndpoint = async (account, project, query) => {
  const { start, end, days } = dayRange(query, account.clock.now());
  const groupings = billingGroupings(query);
  const results: object[] = [];
  for (const day of days) {
    for (const { sums, shown } of await groupsOf(account, project, day, query, groupings)) {
      const grouping = { start: day, end: day, ...nullFor(BILLING_GROUPINGS), ...shown };
      results.push({ dollars: sums.nanodollars / 1e9, grouping });
    }
  }
  return { start, end, resolution: DAILY, results };
};

/** `/billing/fields`: what was billed in these days; line items with their readable names. */
export const billingFields: ProjectEndpoint = async (account, project, query) => {
  const cells = await allCells(account, project, query);
  const lineItems = distinct(cells, ({ line_item }) => [line_item]);
  return {
    accessors: distinct(cells, ({ accessor }) => [accessor]),
    deployments: distinct(cells, ({ deployment }) => [deployment.split(':')[0] ?? deployment]),
    tags: distinct(cells, ({ tags }) => tags),
    line_items: Object.fromEntries(lineItems.map((item) => [item, lineItemName(item)])),
  };
};

function billingGroupings(query: URLSearchParams): readonly (keyof Dimensions)[] {
  return query.getAll('grouping').map((name) => {
    const known = BILLING_GROUPINGS.find((grouping) => grouping === name);
    if (known === undefined) {
      throw new InvalidParameter(
        `grouping: use any of ${BILLING_GROUPINGS.join(', ')}, each as its own parameter.`,
      );
    }
    return known;
  });
}

/** `streaming::nova-3` is called `Nova 3 (Streaming)`. */
function lineItemName(item: string): string {
  const [method = '', product = ''] = item.split('::');
  return `${capital(product.replaceAll('-', ' '))} (${capital(method)})`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
