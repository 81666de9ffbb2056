import type * as cog from '@grafana/grafana-foundation-sdk/cog';

/** Grafana's own plugin for PostgreSQL. */
export const DATA_SOURCE_TYPE = 'grafana-postgresql-datasource';

/** The one that is chosen in the dashboard: a fixed one would not be there in another Grafana. */
export const DATA_SOURCE = { type: DATA_SOURCE_TYPE, uid: '${datasource}' };

/** The SDK has no type for queries of PostgreSQL. */
export function query(sql: string): cog.Builder<cog.Dataquery> {
  const target = {
    datasource: DATA_SOURCE,
    editorMode: 'code',
    format: hasTime(sql) ? 'time_series' : 'table',
    rawQuery: true,
    rawSql: sql,
    refId: 'A',
    // A method without a meaning, by which the SDK knows a query; JSON leaves it out.
    _implementsDataqueryVariant: () => {},
  };
  return { build: () => target };
}

/** True where the rows are points in time, for which Grafana wants a column of this name. */
export function hasTime(sql: string): boolean {
  return /as "time"/.test(sql);
}
