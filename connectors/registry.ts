import type { SinkType } from '../src/pipeline/sink-type.js';
import { datadogMetricsType } from './datadog/datadog-type.js';
import { ndjsonType } from './ndjson/ndjson-type.js';
import { tableauType } from './tableau/tableau-type.js';

/** Every kind of sink by the name that `type` has in the configuration. */
export const sinkTypes: Readonly<Record<string, SinkType>> = {
  'tableau-csv': tableauType,
  ndjson: ndjsonType,
  'datadog-metrics': datadogMetricsType,
};
