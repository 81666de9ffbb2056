import { balances } from '../../../deepgram/streams/account.js';
import { billing } from '../../../deepgram/streams/billing.js';
import { requestsByDay } from '../../../postgres/rollup/requests-by-day.js';
import { runsTable } from '../../../postgres/tables/bookkeeping.js';
import { FAILED } from '../../../postgres/tables/failed.js';
import { COLORS, stat } from '../panels.js';
import { chosen, from, LAST_DAY, OF_REQUESTS } from '../sql.js';

const OF_PROJECT = chosen('project', 'project_id');
const MONTH = `date_trunc('month', ${LAST_DAY})::date`;

/** Is it all right? */
export const now = [
  stat({
    title: 'Cost this month',
    description:
      'What the bill has of the month in which the range ends, as far as it has come. Deepgram fills the last days in later.',
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'no bill of this month',
    width: 4,
    of: 'sum',
    sql: `select date::timestamp as "time", sum(cost_usd)::float8 as cost
from ${from(billing)}
where date between ${MONTH} and ${LAST_DAY} and ${OF_PROJECT}
group by 1 order by 1`,
  }),
  stat({
    title: 'Projected month',
    description:
      'The days of this month that are over by the bill, and for all others the average of the last seven days that are over.',
    unit: 'currencyUSD',
    decimals: 0,
    empty: 'no bill of the last week',
    width: 4,
    sql: `select (coalesce(sum(cost_usd) filter (where date >= ${MONTH}), 0)
  + sum(cost_usd) filter (where date >= ${LAST_DAY} - 7) / count(distinct date) filter (where date >= ${LAST_DAY} - 7)
  * ((${MONTH} + interval '1 month')::date - ${LAST_DAY}))::float8 as cost
from ${from(billing)}
where date >= least(${MONTH}, ${LAST_DAY} - 7) and date < ${LAST_DAY} and ${OF_PROJECT}
having count(*) filter (where date >= ${LAST_DAY} - 7) > 0`,
  }),
  stat({
    title: 'Requests',
    description: 'Requests of the log in the range.',
    unit: 'short',
    empty: 'no requests in this range',
    width: 4,
    of: 'sum',
    sql: `select date::timestamp as "time", sum(requests)::float8 as requests
from ${from(requestsByDay)}
where ${OF_REQUESTS}
group by 1 order by 1`,
  }),
  stat({
    title: 'Error rate',
    description: 'Of all requests in the range, those that failed or never came to an end.',
    unit: 'percent',
    decimals: 2,
    empty: 'no requests in this range',
    width: 4,
    steps: [
      [null, COLORS.green],
      [1, COLORS.orange],
      [5, COLORS.failure],
    ],
    sql: `select (100 * coalesce(sum(requests) filter (where ${FAILED}), 0) / sum(requests))::float8 as "error rate"
from ${from(requestsByDay)}
where ${OF_REQUESTS}
having sum(requests) > 0`,
  }),
  stat({
    title: 'Balance',
    description:
      'What is left in dollars, as each run of the export found it; other units are left out. The line has the days on which one ran.',
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'no balance in dollars: contracts have none',
    width: 4,
    sql: `select date::timestamp as "time", sum(amount)::float8 as balance
from ${from(balances)}
where $__timeFilter(date) and lower(units) = 'usd' and ${OF_PROJECT}
group by 1 order by 1`,
  }),
  stat({
    title: 'Last export',
    description: 'Time since a run of the export came to its end, whatever it found.',
    unit: 's',
    decimals: 0,
    empty: 'no run has come to its end yet',
    width: 4,
    steps: [
      [null, COLORS.green],
      [2 * 3_600, COLORS.orange],
      [24 * 3_600, COLORS.failure],
    ],
    sql: `select extract(epoch from now() - max(finished_at))::float8 as age
from ${from(runsTable)}
having max(finished_at) is not null`,
  }),
];
