import { defineSinkType } from '../../src/catalogue/sink-type.js';
import { parquetSettings } from './parquet-settings.js';

/** Parquet files, one a partition. */
export const parquetType = defineSinkType({
  settings: parquetSettings,
  outputPaths: (settings) => [settings.path],
  destination: (settings) => settings.path,
  open: async (settings, context) => {
    const { parquetSink } = await import('./parquet-sink.js');
    return parquetSink(settings, context);
  },
});
