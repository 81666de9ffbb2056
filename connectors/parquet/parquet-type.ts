import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { parquetSettings } from './parquet-settings.js';

/** Parquet files, one a partition. */
export const parquetType = defineSinkType({
  settings: parquetSettings,
  outputPaths: (settings) => [settings.path],
  destination: (settings) => settings.path,
  open: async (settings, context) => {
    const { outputAt } = await import('../../src/file-sinks/output-at.js');
    const { parquetSink } = await import('./parquet-sink.js');
    return parquetSink(settings, context, await outputAt(settings.path, context));
  },
});
