import { billing, billingBy } from '../../../deepgram/streams/billing.js';
import { COLORS, groups, overTime, shares } from '../panels.js';
import { chosen, chosenAnyOf, dailySeries, from, LAST_DAY, largest, lastName, tagSet } from '../sql.js';

const OF_PROJECT = chosen('project', 'project_id');
const BILLED = 'By the bill.';

/** Who spends what? */
export const cost = [
  overTime({
    title: 'Cost a day by line item',
    description: `${BILLED} The six largest line items of the range, and all others together; the last day is not over.`,
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'no bill by line item in this range',
    width: 16,
    as: 'stacked bars',
    sql: dailySeries(`select date, coalesce(line_item_name, line_item, '(none)') as item, cost_usd as value
from ${from(billingBy(['line_item']))}
where $__timeFilter(date) and ${OF_PROJECT}`),
  }),
  groups({
    title: 'This week against last',
    description: `${BILLED} The last seven days that are over before the end of the range, each beside the same weekday before.`,
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'no bill of the last two weeks',
    width: 8,
    by: 'day',
    colors: { 'this week': COLORS.blue, 'last week': COLORS.rest },
    sql: `select to_char(date, 'Dy') as day,
  coalesce(sum(cost_usd) filter (where date < ${LAST_DAY} - 7), 0)::float8 as "last week",
  coalesce(sum(cost_usd) filter (where date >= ${LAST_DAY} - 7), 0)::float8 as "this week"
from ${from(billing)}
where date between ${LAST_DAY} - 14 and ${LAST_DAY} - 1 and ${OF_PROJECT}
group by 1, (${LAST_DAY} - date - 1) % 7
order by (${LAST_DAY} - date - 1) % 7 desc`,
  }),
  shares({
    title: 'Cost by API key',
    description: `${BILLED} The nine largest of the range, and all others together. A bar leads to its requests.`,
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'no bill by API key in this range',
    width: 8,
    narrows: 'api_key',
    sql: largest(`select coalesce(${lastName('api_key_name')}, accessor, '(no key)') as item, sum(cost_usd) as value, accessor as id
from ${from(billingBy(['accessor']))}
where $__timeFilter(date) and ${OF_PROJECT}
  and ${chosen('api_key', 'accessor')}
group by accessor`),
  }),
  shares({
    title: 'Cost by tags',
    description: `${BILLED} A bar is a set of tags that requests had together, so that no cost is counted twice: of a chosen tag, all sets with it. A bar leads to the requests of its first tag.`,
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'no bill by tags in this range',
    width: 8,
    narrows: 'tag',
    sql: largest(`select ${tagSet('tags')} as item, cost_usd as value, tags[1] as id
from ${from(billingBy(['line_item', 'tags']))}
where $__timeFilter(date) and ${OF_PROJECT}
  and ${chosenAnyOf('tag', 'tags')}`),
  }),
  shares({
    title: 'Cost by project',
    description: `${BILLED} The nine largest of the range, and all others together.`,
    unit: 'currencyUSD',
    decimals: 2,
    empty: 'no bill in this range',
    width: 8,
    narrows: 'project',
    sql: largest(`select coalesce(${lastName('project_name')}, project_id) as item, sum(cost_usd) as value, project_id as id
from ${from(billing)}
where $__timeFilter(date) and ${OF_PROJECT}
group by project_id`),
  }),
];
