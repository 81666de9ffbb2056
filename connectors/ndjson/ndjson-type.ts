import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { ndjsonSettings } from './ndjson-settings.js';

/** Files of one JSON object a line, one file a partition. */
export const ndjsonType = defineSinkType({
  settings: ndjsonSettings,
  outputPaths: (settings) => [settings.path],
  destination: (settings) => settings.path,
  open: async (settings, context) => {
    const { outputAt } = await import('../../src/file-sinks/output-at.js');
    const { ndjsonSink } = await import('./ndjson-sink.js');
    return ndjsonSink(settings, context, await outputAt(settings.path, context));
  },
});
