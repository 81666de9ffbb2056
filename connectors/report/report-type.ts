import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { partsOf } from './parts-folder.js';
import { reportSettings } from './report-settings.js';

/** A page about the account in one HTML file. */
export const reportType = defineSinkType({
  settings: reportSettings,
  outputPaths: ({ path }) => [path, partsOf(path)],
  destination: ({ path }) => path,
  open: async (settings, context) => {
    const { reportSink } = await import('./report-sink.js');
    return reportSink(settings, context);
  },
});
