import { requests } from '../../../deepgram/streams/requests.js';
import { requestsByDay } from '../../../postgres/rollup/requests-by-day.js';
import { FAILED } from '../../../postgres/tables/failed.js';
import { COLORS, overTime, rows } from '../panels.js';
import { chosenAnyOf, dailySeries, from, OF_REQUESTS } from '../sql.js';

/** `latency_le_500`: the bounds of the histogram that the roll-up has. */
const BUCKETS = requestsByDay.columns.flatMap(({ name }) => {
  const bound = /^latency_le_(\d+)$/.exec(name)?.[1];
  return bound === undefined ? [] : [{ name, bound: Number(bound) }];
});
const LONGEST = BUCKETS.at(-1)?.bound ?? 0;

/** Does it work, and how fast? */
export const quality = [
  overTime({
    title: 'Error rate a day by endpoint',
    description: 'Of the requests of a day, those that failed or never came to an end.',
    unit: 'percent',
    decimals: 1,
    empty: 'no requests in this range',
    width: 12,
    as: 'lines',
    colors: { listen: COLORS.blue, speak: COLORS.orange, read: COLORS.green, agent: COLORS.pink },
    sql: `select date::timestamp as "time", endpoint as metric,
  (100 * coalesce(sum(requests) filter (where ${FAILED}), 0) / sum(requests))::float8 as value
from ${from(requestsByDay)}
where ${OF_REQUESTS}
group by 1, 2 order by 1, 2`,
  }),
  overTime({
    title: 'Latency without streams',
    description: `From arrival to response. Streams last as long as somebody speaks, and are left out. Read from a histogram: between two of its bounds it is estimated, and beyond ${LONGEST / 1_000} s it is shown as that.`,
    unit: 'ms',
    decimals: 0,
    empty: 'no response in this range',
    width: 12,
    as: 'lines',
    colors: { p50: COLORS.blue, p95: COLORS.orange, p99: COLORS.pink },
    sql: `with days as (
  select date, sum(latency_count) as known, array[${BUCKETS.map(({ name }) => `sum(${name})`).join(', ')}] as counts
  from ${from(requestsByDay)}
  where ${OF_REQUESTS} and method is distinct from 'streaming'
  group by date having sum(latency_count) > 0
)
select date::timestamp as "time", 'p' || percent as metric,
  coalesce(least_ms + (most_ms - least_ms) * (wanted - fewer) / (counted - fewer), ${LONGEST})::float8 as value
from days
cross join lateral (select percent, known * percent / 100.0 as wanted from unnest(array[50, 95, 99]) as percent) quantiles
left join lateral (
  select most_ms, counted, lag(most_ms, 1, 0) over (order by most_ms) as least_ms,
    lag(counted, 1, 0::numeric) over (order by most_ms) as fewer
  from unnest(array[${BUCKETS.map(({ bound }) => bound).join(', ')}], counts) as bucket(most_ms, counted)
) buckets on counted >= wanted and fewer < wanted
order by 1, percent`,
  }),
  overTime({
    title: 'Failed requests a day by code',
    description: 'HTTP status of the response; a request without one never came to an end.',
    unit: 'short',
    empty: 'no request failed in this range',
    width: 8,
    as: 'stacked bars',
    sql: dailySeries(`select date, coalesce(code::text, 'no response') as item, requests as value
from ${from(requestsByDay)}
where ${FAILED} and ${OF_REQUESTS}`),
  }),
  rows({
    title: 'Last errors',
    description: 'The last fifty requests that failed, with what Deepgram said about them.',
    unit: 'string',
    empty: 'no request failed in this range',
    width: 16,
    units: { at: 'dateTimeAsIso' },
    sql: `select created_at as at, coalesce(project_name, project_id) as project, endpoint, model, code,
  error_message as message, request_id
from ${from(requests)}
where ${FAILED} and ${OF_REQUESTS}
  and ${chosenAnyOf('tag', 'tags')}
order by created_at desc
limit 50`,
  }),
];
