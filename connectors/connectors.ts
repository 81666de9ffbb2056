import type { Connectors } from '../src/catalogue/catalogue.js';
import { datadogCostsType } from './datadog/costs/costs-type.js';
import { datadogLogsType } from './datadog/logs/logs-type.js';
import { datadogMetricsType } from './datadog/metrics/metrics-type.js';
import { deepgramType } from './deepgram/deepgram-type.js';
import { focusType } from './focus/focus-type.js';
import { ndjsonType } from './ndjson/ndjson-type.js';
import { parquetType } from './parquet/parquet-type.js';
import { postgresType } from './postgres/postgres-type.js';
import { postgresStateType } from './postgres/state/state-type.js';
import { reportType } from './report/report-type.js';
import { tableauType } from './tableau/tableau-type.js';
import { tableauPublishType } from './tableau-publish/publish-type.js';

/** The source, the sinks and the places for the state that we ship. A sink of ours is one line here. */
export const connectors: Connectors = {
  sources: { deepgram: deepgramType },
  sinks: {
    'tableau-csv': tableauType,
    'tableau-publish': tableauPublishType,
    ndjson: ndjsonType,
    parquet: parquetType,
    report: reportType,
    'datadog-metrics': datadogMetricsType,
    'datadog-logs': datadogLogsType,
    'datadog-costs': datadogCostsType,
    postgres: postgresType,
    focus: focusType,
  },
  states: { postgres: postgresStateType },
};
