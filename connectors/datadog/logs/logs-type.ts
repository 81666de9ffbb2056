import { defineSinkType } from '../../../src/catalogue/sink-type.js';
import { datadogLogsSettings, logIntakeUrl } from './logs-settings.js';

/** The request log by way of Datadog's log intake. */
export const datadogLogsType = defineSinkType({
  settings: datadogLogsSettings,
  // How requests are chosen, named and tagged is no part of it: at another destination everything is lacking again,
  // and what is there already would be there twice.
  destination: logIntakeUrl,
  open: async (settings, context) => {
    const { datadogLogsSink } = await import('./logs-sink.js');
    return datadogLogsSink(settings, context);
  },
});
