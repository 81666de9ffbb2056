import type { SinkType } from '../src/catalogue/sink-type.js';
import type { SourceType } from '../src/catalogue/source-type.js';
import { datadogCostsType } from './datadog/costs/costs-type.js';
import { datadogLogsType } from './datadog/logs/logs-type.js';
import { datadogMetricsType } from './datadog/metrics/metrics-type.js';
import { deepgramType } from './deepgram/deepgram-type.js';
import { ndjsonType } from './ndjson/ndjson-type.js';
import { tableauType } from './tableau/tableau-type.js';

/** Every kind of sink by the name that `type` has in the configuration. */
export const sinkTypes: Readonly<Record<string, SinkType>> = {
  'tableau-csv': tableauType,
  ndjson: ndjsonType,
  'datadog-metrics': datadogMetricsType,
  'datadog-logs': datadogLogsType,
  'datadog-costs': datadogCostsType,
};

/** Every kind of source, likewise. */
export const sourceTypes = { deepgram: deepgramType } as const satisfies Readonly<Record<string, SourceType>>;
