import { defineSinkType } from '../../../src/catalogue/sink-type.js';
import { datadogMetricsSettings } from './metrics-settings.js';

/** Metrics by way of Datadog's API. */
export const datadogMetricsType = defineSinkType({
  settings: datadogMetricsSettings,
  // Points sent before historical metrics were switched on are not there: with them, everything is lacking again.
  destination: ({ api_url, site, prefix, historical }) =>
    `${api_url ?? site} ${prefix}${historical ? ' historical' : ''}`,
  open: async (settings, context) => {
    const { datadogMetricsSink } = await import('./metrics-sink.js');
    return datadogMetricsSink(settings, context);
  },
});
