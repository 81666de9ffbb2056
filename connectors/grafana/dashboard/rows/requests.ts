import { projects } from '../../../deepgram/streams/account.js';
import { requests as log } from '../../../deepgram/streams/requests.js';
import { rows } from '../panels.js';
import { chosen, chosenAnyOf, from, OF_REQUESTS, typed } from '../sql.js';

/** Which request was it? */
export const requests = [
  rows({
    title: 'Requests',
    description:
      'The last 500 of each project in the range, also such as Deepgram no longer has. Their costs come some time after the request, and not for contracts: see Cost.',
    unit: 'string',
    empty: 'no request in this range is as chosen above',
    width: 24,
    height: 12,
    units: { at: 'dateTimeAsIso', audio: 's', cost: 'currencyUSD', latency: 'ms' },
    // A project at a time, so that the newest are found by an index, however long the range is.
    sql: `select r.*
from (select distinct project_id from ${from(projects)}) p
cross join lateral (
  select created_at as at, coalesce(project_name, project_id) as project, request_id, endpoint, method, model,
    coalesce(api_key_name, api_key_id) as api_key, status, code, latency_ms as latency, audio_seconds as audio,
    cost_usd::float8 as cost, array_to_string(tags, ', ') as tags, error_message as message
  from ${from(log)}
  where project_id = p.project_id and $__timeFilter(created_at) and ${OF_REQUESTS}
    and ${chosenAnyOf('tag', 'tags')}
    and ${chosen('status', 'status')}
    and ${typed('request', 'request_id')}
  order by created_at desc
  limit 500
) r
order by at desc`,
  }),
];
