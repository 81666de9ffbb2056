import { version } from '../../../src/cli/version.js';
import type { JsonObject } from '../../../src/text/json-object.js';
import type { ShownTables } from '../shown-tables.js';
import { type AlertRule, alertRules } from './alert-rules.js';
import { tablesIn, tablesOf } from './available-tables.js';
import { dashboardAsset, panelsWithout } from './dashboard-asset.js';

/** What is written or installed. */
export interface GrafanaAssets {
  readonly dashboard: JsonObject;
  readonly rules: readonly AlertRule[];
  /** Sentences on what is left out, and on whom the alarms tell. */
  readonly notes: readonly string[];
}

/** @param datasource uid of the data source that the alert rules ask; the dashboard's is chosen in it */
export function grafanaAssets(
  { schema, queue, limits, streams }: ShownTables,
  { datasource, contactPoint }: { readonly datasource: string; readonly contactPoint: string | undefined },
): GrafanaAssets {
  const tables = streams && tablesOf(streams);
  const isThere = (table: string) => tables?.has(table) ?? true;
  const schemas = { schema, queue: queue === 'out of reach' ? undefined : queue?.schema };
  const rules = alertRules({ ...schemas, limits, datasource, contactPoint });
  const silent = rules.filter(({ sql }) => !tablesIn(sql, schema).every(isThere));
  const without = [...panelsWithout(isThere), ...silent.map(({ title }) => `the alarm "${title}"`)];
  const hasBudget = limits.dailyBudget !== undefined || limits.monthlyBudget !== undefined;
  return {
    dashboard: dashboardAsset(schemas, version(), isThere),
    rules: rules.filter((rule) => !silent.includes(rule)),
    notes: [
      ...(without.length === 0
        ? []
        : [`Left out, since the sink does not get what they show: ${without.join(', ')}.`]),
      ...(queue === 'out of reach'
        ? [
            'Left out is the queue of workers: a data source asks one database, and the state is not known to be in that of the sink.',
          ]
        : []),
      ...(hasBudget ? [] : ['No alarm watches the cost: the configuration has no `budget`.']),
      ...(contactPoint === undefined
        ? ['The alarms tell whom the notification policies of Grafana name: see --contact-point.']
        : []),
    ],
  };
}
