import type { Day } from '../../../src/time/day.js';
import { billing } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { usage } from '../../deepgram/streams/usage.js';
import type { Entry, RequestTotals } from '../totals/entry.js';
import { MICRO, NANO } from '../totals/measure-parts.js';
import type { Amounts, Measure } from './amounts.js';
import { sumOf, totalOf } from './grouped-amounts.js';

/** What is held against what, in the words of the page. */
export const COMPARISONS = {
  requests: 'requests read, against usage',
  hours: 'hours of requests, against usage',
  characters: 'characters of requests, against usage',
  tokens: 'tokens of requests, against usage',
  cost: 'cost of requests, against the bill',
  costBreakdown: 'a breakdown of the cost, against the bill',
  usageBreakdown: 'requests of a breakdown, against usage',
} as const;
export type Comparison = keyof typeof COMPARISONS;

/** Two sums of a project and day that should be the same. */
export interface Compared {
  readonly what: Comparison;
  readonly day: Day;
  readonly project: string;
  /** The breakdown that is compared. */
  readonly stream?: string;
  readonly measure: Measure;
  /** In parts: what was added up, and what it is held against. */
  readonly found: number;
  readonly said: number;
  /** `open`: the day is not over, or some of it may still change. */
  readonly verdict: 'equal' | 'open' | 'explained' | 'unexplained';
  /** What is known about a difference. */
  readonly reasons: readonly string[];
}

/** Where a difference is no difference: the larger of the two. */
export const TOLERANCES = {
  requests: { share: 0, parts: 0 },
  hours: { share: 0.001, parts: 0.01 * NANO },
  characters: { share: 0, parts: 0 },
  tokens: { share: 0, parts: 0 },
  cost: { share: 0.005, parts: 0.01 * NANO },
  costBreakdown: { share: 0.0001, parts: 0.01 * NANO },
  usageBreakdown: { share: 0, parts: 0 },
} as const satisfies Record<Comparison, { share: number; parts: number }>;

/** Holds the sums of a project and day against each other. */
export function compareSums(
  entries: readonly Entry[],
  { day, project, isOpen }: { readonly day: Day; readonly project: string; readonly isOpen: boolean },
): readonly Compared[] {
  const [used, billed] = [totalOf(entries, usage.kind), totalOf(entries, billing.kind)];
  const log = entries.find(({ kind }) => kind === requests.kind)?.requests;
  const pairs = [
    ...(log && used ? againstUsage(log, used) : []),
    ...(log && billed && log.counts.priced > 0 ? againstBill(log, billed) : []),
    ...againstTotals(entries, { used, billed }),
  ];
  return pairs.map(({ reasons = [], ...pair }): Compared => {
    const { share, parts } = TOLERANCES[pair.what];
    const difference = Math.abs(pair.found - pair.said);
    const isEqual = difference <= Math.max(parts, share * Math.abs(pair.said));
    const mayChange = isOpen || (pair.stream === undefined && (log?.counts.unsettled ?? 0) > 0);
    const verdict = isEqual ? 'equal' : mayChange ? 'open' : reasons.length > 0 ? 'explained' : 'unexplained';
    const known = isEqual ? [] : [...(isOpen ? ['the day is not over'] : []), ...reasons];
    return { ...pair, day, project, verdict, reasons: known };
  });
}

type Pair = Omit<Compared, 'day' | 'project' | 'verdict' | 'reasons'> & {
  readonly reasons?: readonly string[];
};

function againstUsage({ counts }: RequestTotals, used: Amounts): Pair[] {
  const missing = counts.lost + counts.pending;
  const without = [
    ...(counts.pending > 0 ? [`${counts.pending} without a response yet`] : []),
    ...(counts.lost > 0 ? [`${counts.lost} whose response was lost`] : []),
  ];
  const tokens = (used.tokens_in ?? 0) + (used.tokens_out ?? 0);
  const pairs: readonly (Pair & { readonly isMore?: boolean })[] = [
    { what: 'requests', measure: 'requests', found: counts.requests, said: used.requests ?? 0 },
    {
      what: 'hours',
      measure: 'hours',
      found: Math.round((counts.heard_seconds / 3_600) * (NANO / MICRO)),
      said: used.hours ?? 0,
    },
    {
      what: 'characters',
      measure: 'tts_characters',
      found: counts.tts_characters,
      said: used.tts_characters ?? 0,
    },
    { what: 'tokens', measure: 'tokens_in', found: counts.tokens_in + counts.tokens_out, said: tokens },
  ];
  return pairs.map((pair) => ({
    ...pair,
    reasons: pair.what !== 'requests' && missing > 0 && pair.found < pair.said ? without : [],
  }));
}

function againstBill({ counts }: RequestTotals, billed: Amounts): Pair[] {
  const [found, said] = [counts.cost_usd, billed.cost_usd ?? 0];
  const unpriced = counts.requests - counts.priced - counts.error;
  const reasons = [
    ...(counts.unsettled > 0 ? [`${counts.unsettled} not priced yet`] : []),
    ...(unpriced > counts.unsettled ? [`${unpriced - counts.unsettled} requests without a cost`] : []),
  ];
  return [{ what: 'cost', measure: 'cost_usd', found, said, reasons: found < said ? reasons : [] }];
}

/** What one measure of each breakdown adds up to. */
function againstTotals(
  entries: readonly Entry[],
  { used, billed }: { readonly used: Amounts | undefined; readonly billed: Amounts | undefined },
): Pair[] {
  return entries.flatMap(({ kind, groupings, grouped, stream }): Pair[] => {
    const isBill = kind === billing.kind;
    const total = isBill ? billed : used;
    if (grouped === undefined || total === undefined || groupings.length === 0) return [];
    const measure = isBill ? 'cost_usd' : 'requests';
    const [found, said] = [sumOf(grouped)[measure] ?? 0, total[measure] ?? 0];
    return [{ what: isBill ? 'costBreakdown' : 'usageBreakdown', stream, measure, found, said }];
  });
}
