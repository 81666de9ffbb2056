import { COLORS, overTime, rows } from '../panels.js';
import { chosen, from } from '../sql.js';

const VIEW = { name: 'reconciliation' };
const OF_PROJECT = chosen('project', 'project_id');

/** Does it add up? */
export const reconciliation = [
  overTime({
    title: 'Requests: log and usage',
    description:
      'What the request log has a day, and what Deepgram counts as usage. Two lines that lie apart: requests are missing, or were left out of the log.',
    unit: 'short',
    empty: 'neither log nor usage in this range',
    width: 12,
    as: 'lines',
    colors: { log: COLORS.blue, usage: COLORS.orange },
    sql: `select date::timestamp as "time", sum(log_requests)::float8 as log, sum(usage_requests)::float8 as usage
from ${from(VIEW)}
where $__timeFilter(date) and ${OF_PROJECT}
group by 1 order by 1`,
  }),
  overTime({
    title: 'Cost: log and bill',
    description:
      'Costs of the requests a day, and the bill. The bill counts: requests of contracts have no cost, and others get it later.',
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'neither costs nor a bill in this range',
    width: 12,
    as: 'lines',
    colors: { log: COLORS.blue, bill: COLORS.green },
    sql: `select date::timestamp as "time", sum(log_cost_usd)::float8 as log, sum(billing_cost_usd)::float8 as bill
from ${from(VIEW)}
where $__timeFilter(date) and ${OF_PROJECT}
group by 1 order by 1`,
  }),
  rows({
    title: 'Day by day',
    description:
      'The log against usage and the bill; a difference is the log less the other. Empty where one has nothing.',
    unit: 'short',
    empty: 'neither log, usage nor a bill in this range',
    width: 24,
    units: {
      day: 'string',
      'log cost': 'currencyUSD',
      bill: 'currencyUSD',
      'cost difference': 'currencyUSD',
    },
    sql: `select date::text as day, coalesce(project_name, project_id) as project,
  log_requests as "log requests", usage_requests as "usage requests", requests_difference as "requests difference",
  log_hours as "log hours", usage_hours as "usage hours",
  round(hours_difference::numeric, 6)::float8 as "hours difference",
  log_cost_usd::float8 as "log cost", billing_cost_usd::float8 as bill, cost_difference_usd::float8 as "cost difference"
from ${from(VIEW)}
where $__timeFilter(date) and ${OF_PROJECT}
order by date desc, 2`,
  }),
];
