import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { mistakeOf, tableauSettings } from './tableau-settings.js';

/** CSV files that Tableau reads without help. */
export const tableauType = defineSinkType({
  settings: tableauSettings,
  outputPaths: (settings) => [settings.path],
  mistake: mistakeOf,
  destination: (settings) => `${settings.path} ${settings.layout}`,
  open: async (settings, context) => {
    const { outputAt } = await import('../../src/file-sinks/output-at.js');
    const { tableauSink } = await import('./tableau-sink.js');
    return tableauSink(settings, context, await outputAt(settings.path, context));
  },
});
