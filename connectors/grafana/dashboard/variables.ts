import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { projects } from '../../deepgram/streams/account.js';
import { usageBy } from '../../deepgram/streams/usage.js';
import { requestsByDay } from '../../postgres/rollup/requests-by-day.js';
import { DATA_SOURCE, DATA_SOURCE_TYPE } from './query.js';
import { chosen, from, lastName, VARIABLES, type Variable } from './sql.js';

/** In place of a name: whatever the column has, also nothing. */
const ALL = 'null';

export const variables: readonly cog.Builder<dashboard.VariableModel>[] = [
  new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type(DATA_SOURCE_TYPE),
  choice(
    'project',
    `select coalesce(name, project_id) as __text, project_id as __value from ${from(projects)} order by 1`,
  ),
  choice(
    'api_key',
    `select coalesce(${lastName('api_key_name')}, api_key_id) as __text, api_key_id as __value
from ${from(requestsByDay)}
where $__timeFilter(date) and api_key_id is not null and ${chosen('project', 'project_id')}
group by api_key_id order by 1`,
  ),
  choice('model', valuesIn('model')),
  choice(
    'tag',
    `select distinct tag from ${from(usageBy('tags'))}, unnest(tags) as tag
where $__timeFilter(date) and ${chosen('project', 'project_id')} order by 1`,
  ),
  choice('endpoint', valuesIn('endpoint')),
  choice('status', valuesIn('status')),
  new dashboard.TextBoxVariableBuilder('request')
    .label(VARIABLES.request)
    .description('The whole id of one request, for the table of requests; empty: all')
    .defaultValue('')
    .current({ text: '', value: '' }),
];

function valuesIn(column: string): string {
  return `select distinct ${column} from ${from(requestsByDay)}
where $__timeFilter(date) and ${column} is not null and ${chosen('project', 'project_id')} order by 1`;
}

function choice(name: Variable, sql: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(VARIABLES[name])
    .datasource(DATA_SOURCE)
    .query(sql)
    .definition(sql)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue(ALL)
    .allowCustomValue(false)
    .current({ text: ['All'], value: ['$__all'] });
}
