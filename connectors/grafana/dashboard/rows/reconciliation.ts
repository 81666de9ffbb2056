import { COLORS, overTime, rows } from '../panels.js';
import { chosen, from } from '../sql.js';

const TABLE = { name: 'reconciliation' };
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
    sql: bothSides('requests', 'usage'),
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
    sql: bothSides('cost', 'bill'),
  }),
  rows({
    title: 'Day by day',
    description:
      'What records come to, what Deepgram’s own totals say, and what explains a difference. What is not explained comes first.',
    unit: 'short',
    empty: 'nothing is compared in this range',
    width: 24,
    units: { day: 'string', 'difference %': 'percent' },
    sql: `select date::text as day, coalesce(project_name, project_id) as project, comparison, unit,
  counted, reported, difference, difference_percent as "difference %", verdict, explanation
from ${from(TABLE)}
where $__timeFilter(date) and ${OF_PROJECT}
order by verdict = 'unexplained' desc, date desc, 2, 3`,
  }),
];

/** A line of what records come to, and one of Deepgram's own total. */
function bothSides(comparison: string, reported: string): string {
  return `select date::timestamp as "time", sum(counted) as log, sum(reported) as ${reported}
from ${from(TABLE)}
where $__timeFilter(date) and ${OF_PROJECT}
  and comparison = '${comparison}'
group by 1 order by 1`;
}
