import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { tableauPublishSettings } from './publish-settings.js';

/** Published data sources on Tableau Server or Cloud. */
export const tableauPublishType = defineSinkType({
  settings: tableauPublishSettings,
  outputPaths: (settings) => [settings.path],
  open: async (settings, context) => {
    const { tableauPublishSink } = await import('./publish-sink.js');
    return tableauPublishSink(settings, context);
  },
});
