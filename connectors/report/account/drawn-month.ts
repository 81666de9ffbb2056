import type { Row } from '../../../src/streams/field.js';
import type { Day } from '../../../src/time/day.js';
import { balances } from '../../deepgram/streams/account.js';
import { requests } from '../../deepgram/streams/requests.js';
import type { Entry, RequestTotals } from '../totals/entry.js';
import { MEASURES } from './amounts.js';
import { byDay } from './by-day.js';
import type { OnAmounts } from './day-amounts.js';
import { type MonthSums, monthSums } from './month-sums.js';

/** A project and month of which charts draw the days. */
export interface DrawnMonth {
  /** Of its days that are compared with those of another month; and of all others. */
  readonly compared?: MonthSums;
  readonly others?: MonthSums;
  readonly days: readonly DrawnDay[];
}

/** What charts draw of a day of a project. */
export interface DrawnDay {
  readonly day: Day;
  readonly project: string;
  /** Costs by line item. */
  readonly lineItems: readonly NamedAmount[];
  /** Hours by endpoint. */
  readonly endpoints: readonly NamedAmount[];
  /** How requests went, if there were any. */
  readonly quality?: Pick<RequestTotals, 'counts' | 'latencies' | 'errors'>;
  readonly balances?: readonly Row[];
}

/** A name may come several times. */
type NamedAmount = readonly [name: string, parts: number];

/** @param last the last day that is compared */
export function drawnMonth(entries: readonly Entry[], last: Day): DrawnMonth {
  const groups = new Map<Day, Pick<DrawnDay, 'lineItems' | 'endpoints'>>();
  const draw = (day: Day): OnAmounts => {
    const [lineItems, endpoints]: [NamedAmount[], NamedAmount[]] = [[], []];
    groups.set(day, { lineItems, endpoints });
    return (by, { name }, sums) => {
      if (by === 'cost_line_item') lineItems.push([name, sums[COST] ?? 0]);
      if (by === 'usage_endpoint') endpoints.push([name, sums[HOURS] ?? 0]);
    };
  };
  const isCompared = ({ day }: Entry) => day !== null && day <= last;
  const compared = entries.filter(isCompared);
  const others = entries.filter((entry) => !isCompared(entry));
  return {
    ...(compared.length > 0 && { compared: monthSums(compared, draw) }),
    ...(others.length > 0 && { others: monthSums(others, draw) }),
    days: [...byDay(entries)].map(([day, ofDay]) => ({
      day,
      project: ofDay[0]?.project_id ?? '',
      ...(groups.get(day) ?? NOTHING),
      ...looksOf(ofDay),
    })),
  };
}

const COST = MEASURES.indexOf('cost_usd');
const HOURS = MEASURES.indexOf('hours');
const NOTHING = { lineItems: [], endpoints: [] };

function looksOf(entries: readonly Entry[]): Pick<DrawnDay, 'quality' | 'balances'> {
  const log = entries.find(({ kind }) => kind === requests.kind)?.requests;
  const looks = entries.find(({ kind }) => kind === balances.kind)?.rows;
  return {
    ...(log && { quality: { counts: log.counts, latencies: log.latencies, errors: log.errors } }),
    ...(looks && { balances: looks }),
  };
}
