import type { Dimensions } from '../account/day-totals.js';
import type { ProjectEndpoint } from './endpoint.js';
import { allCells, dailyTotals, distinct, nullFor } from './grouped-totals.js';
import { InvalidParameter } from './query-parameters.js';

const BILLING_GROUPINGS = ['accessor', 'deployment', 'line_item', 'tags'] as const;

/** `/billing/breakdown`: one row a day and group; `grouping` may be given several times. */
export const billingBreakdown: ProjectEndpoint = (account, project, query) =>
  dailyTotals(account, project, query, billingGroupings(query), (day, groups) =>
    groups.map(({ sums, shown }) => ({
      dollars: sums.nanodollars / 1e9,
      grouping: { start: day, end: day, ...nullFor(BILLING_GROUPINGS), ...shown },
    })),
  );

/** `/billing/fields`: what was billed in these days; line items with their readable names. */
export const billingFields: ProjectEndpoint = async (account, project, query) => {
  const cells = await allCells(account, project, query);
  const lineItems = distinct(cells, ({ line_item }) => [line_item]);
  return {
    accessors: distinct(cells, ({ accessor }) => [accessor]),
    deployments: distinct(cells, ({ deployment }) => [deployment.split(':')[0] ?? deployment]),
    // As they are given in a call, where the list of usage has them as they are given back.
    tags: distinct(cells, ({ tags }) => tags.map((tag) => `tag=${tag}`)),
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
