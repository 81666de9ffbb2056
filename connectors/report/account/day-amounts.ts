import { billing } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { usage } from '../../deepgram/streams/usage.js';
import type { Entry, RequestTotals } from '../totals/entry.js';
import type { Largest } from '../totals/largest.js';
import { type Named, OTHERS, type Sums, sumsIn } from './amounts.js';
import { entryBy, forEachGroup, modelNamed } from './grouped-amounts.js';

/** What the page breaks amounts down by. Costs are those of the bill, but by model: the bill names none. */
export const BREAKDOWNS = [
  'cost_line_item',
  'cost_accessor',
  'cost_tags',
  'cost_tag',
  'cost_models',
  'usage_accessor',
  'usage_tags',
  'usage_models',
  'usage_endpoint',
  'usage_method',
] as const;
export type BreakdownName = (typeof BREAKDOWNS)[number];

/** What amounts are made of: of each partition its groups, of requests those by model. */
export type AmountsEntry = Pick<Entry, 'kind' | 'groupings' | 'grouped'> & {
  readonly requests?: Pick<RequestTotals, 'models'>;
};

/** Told of each group of a day. */
export type OnAmounts = (by: BreakdownName, named: Named, sums: Sums) => void;

/** Goes through the groups of a project and day. */
export function forEachAmounts(entries: readonly AmountsEntry[], project: string, tell: OnAmounts): void {
  forEachCost(entries, project, tell);
  for (const dimension of ['accessor', 'tags', 'models', 'endpoint', 'method'] as const)
    forEachUse(entries, dimension, project, tell);
}

function forEachCost(entries: readonly AmountsEntry[], project: string, tell: OnAmounts): void {
  for (const dimension of ['line_item', 'accessor', 'tags'] as const) {
    const grouped = entryBy(entries, billing.kind, dimension)?.grouped;
    if (grouped === undefined) continue;
    forEachGroup(grouped, dimension, project, (named, sums, tags) => {
      tell(`cost_${dimension}`, named, sums);
      if (dimension !== 'tags') return;
      // The cost of a set is that of each of its tags: they do not add up.
      if (tags.length === 0) tell('cost_tag', named, sums);
      for (const tag of new Set(tags)) tell('cost_tag', { key: tag, name: tag }, sums);
    });
  }
  const log = entries.find(({ kind }) => kind === requests.kind)?.requests;
  if (log === undefined) return;
  for (const [model, [cost_usd = 0, count = 0, error = 0]] of namedGroups(log.models, modelNamed))
    tell('cost_models', model, sumsIn({ cost_usd, requests: count, error }));
}

function forEachUse(
  entries: readonly AmountsEntry[],
  dimension: 'accessor' | 'tags' | 'models' | 'endpoint' | 'method',
  project: string,
  tell: OnAmounts,
): void {
  const grouped = entryBy(entries, usage.kind, dimension)?.grouped;
  if (grouped === undefined) return;
  forEachGroup(grouped, dimension, project, (named, sums) => tell(`usage_${dimension}`, named, sums));
}

function namedGroups<Group>(
  { groups, others }: Largest<Group>,
  nameOf: (group: Group) => Named,
): readonly (readonly [Named, readonly number[]])[] {
  const found = groups.map(([group, sums]) => [nameOf(group), sums] as const);
  return others ? [...found, [OTHERS, others.sums] as const] : found;
}
