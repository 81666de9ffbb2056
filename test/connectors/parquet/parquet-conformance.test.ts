import { describe, it } from 'vitest';
import { parquetSink } from '../../../connectors/parquet/parquet-sink.js';
import { fileSinkUnderTest } from '../../../connectors/testing/file-sink-under-test.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';

for (const compression of ['gzip', 'snappy'] as const) {
  describeSinkConformance({ describe, it }, `parquet (compression ${compression})`, () =>
    fileSinkUnderTest((cwd) => parquetSink({ path: 'out', compression }, sinkContext(cwd))),
  );
}
